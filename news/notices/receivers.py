"""The proof of posting and search follow what editors do."""

from django.db.models.signals import post_delete, post_save, pre_delete
from django.dispatch import receiver
from wagtail.log_actions import get_active_log_context
from wagtail.models import PageViewRestriction
from wagtail.signals import page_published, page_unpublished

from home import search
from home.finding import documents
from home.signals import document_changed

from . import actions
from .models import NoticeFile, NoticePage, Posting


@receiver(page_published, sender=NoticePage)
def posted(instance, revision=None, **kwargs):
    """By whoever pressed the button; what was dated is published by who wrote the revision."""
    actor = get_active_log_context().user or getattr(revision, "user", None)
    actions.record(actor=actor, page=instance, kind=Posting.Kind.PUBLISHED)


@receiver(page_unpublished, sender=NoticePage)
def withdrawn(instance, **kwargs):
    actions.record(actor=get_active_log_context().user, page=instance, kind=Posting.Kind.WITHDRAWN)


@receiver(pre_delete, sender=NoticePage)
def deleted(instance, **kwargs):
    if Posting.objects.filter(notice=instance.translation_key).exists():
        actions.record(actor=get_active_log_context().user, page=instance, kind=Posting.Kind.DELETED)


@receiver(post_save, sender=NoticeFile)
def read_what_is_new(instance, **kwargs):
    documents.ask(instance)


@receiver(document_changed)
def found_by_the_text_of_a_file(document, **kwargs):
    if isinstance(document, NoticeFile):
        _found_anew(document.page)


@receiver(page_published, sender=NoticePage)
@receiver(page_unpublished, sender=NoticePage)
@receiver(post_delete, sender=NoticePage)
def others_show_its_files(instance, **kwargs):
    _found_anew(instance)


@receiver([post_save, post_delete], sender=PageViewRestriction)
def others_show_its_files_no_more(instance, **kwargs):
    for page in NoticePage.objects.descendant_of(instance.page, inclusive=True):
        _found_anew(page)


def _found_anew(page: NoticePage) -> None:
    """In all its languages: a translation without files of its own shows those of the others."""
    search.keep_pages(
        NoticePage.objects.filter(translation_key=page.translation_key).values_list("pk", flat=True)
    )
