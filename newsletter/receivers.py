"""What services that mail for us say of letters, by anymail's webhooks; and search follows the archive."""

from anymail.signals import EventType, RejectReason, tracking
from django.db.models.signals import post_delete, post_save, pre_save
from django.dispatch import receiver
from wagtail.signals import published, unpublished

from home.search import drop
from home.signals import search_rebuilt

from . import backends
from .bounces import receiving
from .bounces.reports import STATUS, Verdict, verdict
from .models import Campaign, Mailing, Topic
from .search import keep_all, keep_mailing

GONE = {RejectReason.INVALID, RejectReason.BOUNCED}


@receiver(tracking)
def told_by_a_service(sender, event, esp_name, **kwargs):
    """Bounces and complaints; nothing that tells what a reader does."""
    if not event.recipient:
        return
    if event.event_type == EventType.UNSUBSCRIBED:
        receiving.left(event.recipient, event.timestamp)
    elif event.event_type == EventType.COMPLAINED:
        receiving.told(event.recipient, Verdict.COMPLAINT, at=event.timestamp)
    elif event.event_type == EventType.BOUNCED or _takes_none_for_it(event):
        reason = event.mta_response or event.description or ""
        receiving.told(event.recipient, _verdict(event), reason, at=event.timestamp)


def _takes_none_for_it(event) -> bool:
    """Whether it is the address that the service refuses, and not what we sent: that would end all letters."""
    return event.event_type == EventType.REJECTED and event.reject_reason in GONE


def _verdict(event) -> Verdict:
    """By the mail server's own code where the service hands it on, else by how the service names it."""
    code = STATUS.search(event.mta_response or "")
    if code:
        return verdict(code[1])
    return Verdict.GONE if event.reject_reason in GONE else Verdict.FAILED


@receiver(pre_save, sender=Topic)
def remember_its_tag(instance, **kwargs):
    instance.tag_before = backends.tags().get(instance.translation_key)


@receiver(post_save, sender=Topic)
def rename_its_tag(instance, **kwargs):
    before, now = instance.tag_before, backends.tags().get(instance.translation_key)
    if before and before != now:
        backends.topic_renamed(before, now)


@receiver(post_save, sender=Mailing)
def found_when_mailed(instance, **kwargs):
    if instance.number is not None:
        keep_mailing(instance)


@receiver([published, unpublished], sender=Campaign)
def found_as_published(instance, **kwargs):
    for mailing in Mailing.objects.filter(campaign__translation_key=instance.translation_key):
        keep_mailing(mailing)


@receiver(post_delete, sender=Campaign)
def lost_when_deleted(instance, **kwargs):
    drop(instance)


@receiver(search_rebuilt)
def found_again(**kwargs):
    keep_all()
