"""The proof of posting follows what editors do."""

from django.db.models.signals import pre_delete
from django.dispatch import receiver
from wagtail.log_actions import get_active_log_context
from wagtail.signals import page_published, page_unpublished

from . import actions
from .models import NoticePage, Posting


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
