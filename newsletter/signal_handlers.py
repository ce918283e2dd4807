"""Signal handlers: due mailings, webhooks of mail services, tags of renamed topics, search entries of mailings."""

from anymail.signals import EventType, RejectReason, tracking
from django.db.models.signals import post_delete, post_save, pre_save
from django.dispatch import receiver
from wagtail.signals import published, unpublished

from home.search.index import unindex_object
from home.signals import search_rebuilt

from .bounces import handling
from .bounces.delivery_status import STATUS, BounceVerdict, verdict_for_status
from .mail_backend import configured_backend
from .models import Campaign, Mailing, Topic
from .search import index_all_mailings, index_mailing
from .signals import mailing_due
from .tasks import run_mailing

PERMANENT_REJECTIONS = {RejectReason.INVALID, RejectReason.BOUNCED}


@receiver(mailing_due)
def wake_worker(sender, mailing, **kwargs):
    """Wake a worker. If the wake-up is lost, a job finds the row that says what is due."""
    run_mailing.enqueue(mailing.pk)


@receiver(tracking)
def handle_tracking_event(sender, event, esp_name, **kwargs):
    """Handle bounces, complaints and unsubscriptions; ignore events about the behaviour of readers."""
    if not event.recipient:
        return
    if event.event_type == EventType.UNSUBSCRIBED:
        handling.record_unsubscribe(event.recipient, event.timestamp)
    elif event.event_type == EventType.COMPLAINED:
        handling.record_service_verdict(event.recipient, BounceVerdict.COMPLAINT, at=event.timestamp)
    elif event.event_type == EventType.BOUNCED or _takes_none_for_it(event):
        reason = event.mta_response or event.description or ""
        handling.record_service_verdict(event.recipient, _verdict(event), reason, at=event.timestamp)


def _takes_none_for_it(event) -> bool:
    """Return whether the service rejected the address, not the content.

    A rejected content must not stop e-mails to the address.
    """
    return event.event_type == EventType.REJECTED and event.reject_reason in PERMANENT_REJECTIONS


def _verdict(event) -> BounceVerdict:
    """Return the verdict by the mail server's status code if known, else by the service's reason."""
    code = STATUS.search(event.mta_response or "")
    if code:
        return verdict_for_status(code[1])
    return BounceVerdict.GONE if event.reject_reason in PERMANENT_REJECTIONS else BounceVerdict.FAILED


@receiver(pre_save, sender=Topic)
def remember_topic_name(instance, **kwargs):
    instance.tag_before = configured_backend().topic_tags().get(instance.translation_key)


@receiver(post_save, sender=Topic)
def sync_topic_rename(instance, **kwargs):
    backend = configured_backend()
    before, now = instance.tag_before, backend.topic_tags().get(instance.translation_key)
    if before and before != now:
        backend.sync_topic_name(before, now)


@receiver(post_save, sender=Mailing)
def index_sent_mailing(instance, **kwargs):
    if instance.number is not None:
        index_mailing(instance)


@receiver([published, unpublished], sender=Campaign)
def index_published_campaign(instance, **kwargs):
    for mailing in Mailing.objects.filter(campaign__translation_key=instance.translation_key):
        index_mailing(mailing)


@receiver(post_delete, sender=Campaign)
def unindex_deleted_mailing(instance, **kwargs):
    unindex_object(instance)


@receiver(search_rebuilt)
def reindex_mailings(**kwargs):
    index_all_mailings()
