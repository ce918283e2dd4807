"""Signal handlers that schedule page checks when pages are published, unpublished or deleted."""

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from wagtail.models import Page, ReferenceIndex
from wagtail.signals import page_published, page_unpublished

from .actions import page_checks
from .models import PageCheck


@receiver(page_published)
def schedule_check_of_published_page(sender, instance, **kwargs):
    page_checks.schedule_recheck(instance)
    page_checks.recheck_soon(_leading_to(instance))
    page_checks.recheck_soon(_below(instance, PageCheck.objects.of_rule("draft_above")))


@receiver(page_unpublished)
def delete_check_of_unpublished_page(sender, instance, **kwargs):
    PageCheck.objects.filter(page_id=instance.pk).delete()
    page_checks.recheck_soon(_leading_to(instance))
    page_checks.recheck_soon(_below(instance, PageCheck.objects.all()))


@receiver(pre_delete)
def schedule_check_of_linking_pages(sender, instance, **kwargs):
    if isinstance(instance, Page) and sender is not Page:
        page_checks.recheck_soon(_leading_to(instance))


def _below(page: Page, found: QuerySet[PageCheck]) -> list[int]:
    """Return the page ids of the checks in ``found`` that are of pages below this one."""
    below = found.filter(page__path__startswith=page.path, page__depth__gt=page.depth)
    return list(below.values_list("page_id", flat=True))


def _leading_to(page: Page) -> list[int]:
    """Return the ids of the pages that link to this one, from Wagtail's reference index."""
    kind = ContentType.objects.get_for_model(Page)
    references = ReferenceIndex.get_references_to(page).filter(base_content_type=kind)
    return [int(key) for key in references.values_list("object_id", flat=True).distinct()]
