"""What services that mail for us say of letters, by anymail's webhooks."""

from anymail.signals import EventType, RejectReason, tracking
from django.dispatch import receiver

from .bounces import receiving
from .bounces.reports import STATUS, Verdict, verdict

GONE = {RejectReason.INVALID, RejectReason.BOUNCED}


@receiver(tracking)
def told_by_a_service(sender, event, esp_name, **kwargs):
    """Bounces and complaints; nothing that tells what a reader does."""
    if not event.recipient:
        return
    if event.event_type in (EventType.COMPLAINED, EventType.UNSUBSCRIBED):
        receiving.told(event.recipient, Verdict.COMPLAINT)
    elif event.event_type == EventType.BOUNCED:
        receiving.told(event.recipient, _verdict(event), event.mta_response or event.description or "")


def _verdict(event) -> Verdict:
    """By the mail server's own code where the service hands it on, else by how the service names it."""
    code = STATUS.search(event.mta_response or "")
    if code:
        return verdict(code[1])
    return Verdict.GONE if event.reject_reason in GONE else Verdict.FAILED
