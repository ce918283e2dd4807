"""Who may take part, and until when, is the same in all languages: what belongs together is one consultation."""

from django.dispatch import receiver
from wagtail.signals import page_published

from home.caching import site_version
from news.articles.models import NewsPage

from .models import ConsultationPage, SurveyPage

TAKE_PART = (ConsultationPage, SurveyPage, NewsPage)


@receiver(page_published)
def sync_period_of_translations(sender, instance, **kwargs):
    """As the first public page of them says: a translation would hear of it when somebody brings it up to date."""
    if sender not in TAKE_PART:
        return
    pages = sender.objects.filter(translation_key=instance.translation_key)
    rules = pages.live().order_by("pk").values(*_rules(sender)).first()
    if rules:
        pages.update(**rules)
        site_version.invalidate_site()


def _rules(model) -> list[str]:
    """What no translation may say otherwise."""
    return [field.field_name for field in model.override_translatable_fields if not field.overridable]
