"""Signal handlers that give all translations of a page the same rules: who may take part, and until when."""

from django.dispatch import receiver
from wagtail.signals import page_published

from home.caching import site_version
from news.articles.models import NewsPage

from .models import ConsultationPage, SurveyPage

TAKE_PART = (ConsultationPage, SurveyPage, NewsPage)


@receiver(page_published)
def sync_period_of_translations(sender, instance, **kwargs):
    """Copy the rules of the oldest public page to its translations.

    Otherwise a translation would get them only when an editor updates it.
    """
    if sender not in TAKE_PART:
        return
    pages = sender.objects.filter(translation_key=instance.translation_key)
    rules = pages.live().order_by("pk").values(*_rules(sender)).first()
    if rules:
        pages.update(**rules)
        site_version.invalidate_site()


def _rules(model) -> list[str]:
    """Return the fields that must be equal in all translations."""
    return [field.field_name for field in model.override_translatable_fields if not field.overridable]
