"""Signal handlers that write posting records and update search."""

from django.db.models.signals import post_delete, post_save, pre_delete
from django.dispatch import receiver
from wagtail.log_actions import get_active_log_context
from wagtail.models import PageViewRestriction
from wagtail.signals import page_published, page_unpublished

from home.search import document_texts, index
from home.signals import document_changed

from . import actions
from .models import OfficialNoticeFile, OfficialNoticePage, PostingRecord


@receiver(page_published, sender=OfficialNoticePage)
def record_publication(instance, revision=None, **kwargs):
    """Record a publication by the signed-in user; if it was scheduled, by the author of the revision."""
    actor = get_active_log_context().user or getattr(revision, "user", None)
    actions.record_posting_event(actor=actor, page=instance, kind=PostingRecord.Kind.PUBLISHED)


@receiver(page_unpublished, sender=OfficialNoticePage)
def record_withdrawal(instance, **kwargs):
    actions.record_posting_event(
        actor=get_active_log_context().user, page=instance, kind=PostingRecord.Kind.WITHDRAWN
    )


@receiver(pre_delete, sender=OfficialNoticePage)
def record_deletion(instance, **kwargs):
    if PostingRecord.objects.filter(notice=instance.translation_key).exists():
        actions.record_posting_event(
            actor=get_active_log_context().user, page=instance, kind=PostingRecord.Kind.DELETED
        )


@receiver(post_save, sender=OfficialNoticeFile)
def extract_new_file(instance, **kwargs):
    document_texts.request_extraction(instance)


@receiver(document_changed)
def reindex_notice_of_file(document, **kwargs):
    if isinstance(document, OfficialNoticeFile):
        _found_anew(document.page)


@receiver(page_published, sender=OfficialNoticePage)
@receiver(page_unpublished, sender=OfficialNoticePage)
@receiver(post_delete, sender=OfficialNoticePage)
def sync_translated_files(instance, **kwargs):
    _found_anew(instance)


@receiver([post_save, post_delete], sender=PageViewRestriction)
def remove_translated_files(instance, **kwargs):
    for page in OfficialNoticePage.objects.descendant_of(instance.page, inclusive=True):
        _found_anew(page)


def _found_anew(page: OfficialNoticePage) -> None:
    """Index the notice in all its languages, because a translation without files shows those of the others."""
    index.index_pages(
        OfficialNoticePage.objects.filter(translation_key=page.translation_key).values_list("pk", flat=True)
    )
