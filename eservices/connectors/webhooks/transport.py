"""The transport of webhooks: in order for each case, and apart for each endpoint."""

from datetime import datetime, timedelta

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eservices.deliveries.models import Delivery
from eservices.deliveries.retry_schedule import last_attempt_at
from eservices.deliveries.transports import Obsolete, RetryLater

from . import actions, sending
from .logic.event_types import message_id
from .models import WebhookEndpoint, WebhookMessage

AGAIN = timedelta(minutes=1)  # until an event checks again whether the one before was sent
OPENING_CHECKED_EVERY = timedelta(hours=1)


class WebhookTransport:
    """The transport to all endpoints, each with a circuit breaker of its own."""

    label = _("Webhooks")

    def receiver(self, delivery: Delivery) -> str:
        return str(delivery.payload.get("endpoint", ""))

    def receiver_label(self, key: str) -> str:
        """Return the name of an endpoint, or its number if it was deleted."""
        found = WebhookEndpoint.objects.filter(pk=key) if key.isdigit() else WebhookEndpoint.objects.none()
        return found.values_list("name", flat=True).first() or key

    def deliver(self, delivery: Delivery) -> None:
        message = WebhookMessage.objects.select_related("endpoint", "case").filter(delivery=delivery).first()
        if message is None or not message.endpoint.is_enabled:
            raise Obsolete(str(_("The webhook is disabled.")))
        now = timezone.now()
        self._wait_for_earlier(message, delivery, now)
        self._wait_for_opening(message, delivery, now)
        try:
            sending.send_message(
                message.endpoint, message_id(message.case_id, message.number), delivery.payload["event"], now
            )
        except sending.EndpointGone:
            reason = str(_("The receiver wants no more messages (HTTP 410)."))
            actions.disable_endpoint(actor=None, endpoint=message.endpoint, reason=reason)
            raise Obsolete(reason) from None

    def _wait_for_earlier(self, message: WebhookMessage, delivery: Delivery, now: datetime) -> None:
        """Raise RetryLater while an earlier event of the case is to be sent. Its end makes this one due."""
        due = (
            WebhookMessage.objects.before(message).unfinished().aggregate(due=Max("delivery__due_at"))["due"]
        )
        if due:
            latest = max(last_attempt_at(delivery.waits_since), now + AGAIN)
            raise RetryLater(min(max(due, now + AGAIN), latest))

    def _wait_for_opening(self, message: WebhookMessage, delivery: Delivery, now: datetime) -> None:
        """Raise RetryLater while the applicant has yet to open a decision, which makes the events of the case due.

        Nobody is told of a decision before its applicant. After a week it is posted, and the message leaves.
        """
        until = now + OPENING_CHECKED_EVERY
        if (
            until < last_attempt_at(delivery.waits_since)
            and message.case.formal_decisions.unopened().exists()
        ):
            raise RetryLater(until)
