"""What is known about pages follows publication."""

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from wagtail.models import Page, ReferenceIndex
from wagtail.signals import page_published, page_unpublished

from .actions import checks
from .models import PageCheck


@receiver(page_published)
def look_at_what_was_published(sender, instance, **kwargs):
    checks.examine_anew(instance)
    checks.due_now(_leading_to(instance))
    checks.due_now(_below(instance, PageCheck.objects.of_rule("draft_above")))


@receiver(page_unpublished)
def forget_what_was_withdrawn(sender, instance, **kwargs):
    PageCheck.objects.filter(page_id=instance.pk).delete()
    checks.due_now(_leading_to(instance))
    checks.due_now(_below(instance, PageCheck.objects.all()))


@receiver(pre_delete)
def look_at_what_led_to_a_page(sender, instance, **kwargs):
    if isinstance(instance, Page) and sender is not Page:
        checks.due_now(_leading_to(instance))


def _below(page: Page, found: QuerySet[PageCheck]) -> list[int]:
    """Those of the pages below, to which the page is or was the way."""
    below = found.filter(page__path__startswith=page.path, page__depth__gt=page.depth)
    return list(below.values_list("page_id", flat=True))


def _leading_to(page: Page) -> list[int]:
    """The pages with a link to this one, as Wagtail's index of references knows them."""
    kind = ContentType.objects.get_for_model(Page)
    references = ReferenceIndex.get_references_to(page).filter(base_content_type=kind)
    return [int(key) for key in references.values_list("object_id", flat=True).distinct()]
