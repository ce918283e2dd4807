"""The transport to connected systems."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eservices.deliveries.models import Delivery
from eservices.deliveries.transports import Obsolete, PermanentFailure, RetryLater

from ..business_system import Receipt, SystemRefused, TransmissionRecord, ValuesDoNotFit
from ..configuration import InvalidConfiguration
from . import actions, incoming_receipts
from .models import ConnectedSystem, Transmission

AGAIN = timedelta(minutes=1)  # until a transmission checks again whether those before it are sent


class TransmissionTransport:
    """The transport to all connected systems; each has its own circuit breaker."""

    label = _("Connected systems")

    def receiver(self, delivery: Delivery) -> str:
        return str(delivery.payload.get("system", ""))

    def receiver_label(self, key: str) -> str:
        found = ConnectedSystem.objects.filter(pk=key).values_list("name", flat=True).first() if key else None
        return found or str(self.label)

    def deliver(self, delivery: Delivery) -> None:
        """Send the transmissions of a delivery, in order, once those before them have left."""
        now = timezone.now()
        sent = list(
            delivery.transmissions.select_related("case__form", "system").order_by(
                "created_at", "case", "stage", "number"
            )
        )
        if not sent:
            raise Obsolete("What was to be sent was replaced or erased.")
        system = sent[0].system
        if not system.is_enabled:
            raise PermanentFailure(f"{system.name} is not in use.")
        if _earlier_ones(sent, delivery).exists():
            raise RetryLater(now + AGAIN)
        answers = _send(system, [one.record() for one in sent])
        for one in sent:
            actions.mark_sent(transmission=one, now=timezone.now())
        for answer in answers:
            incoming_receipts.record_receipt(system, answer)


def _send(system: ConnectedSystem, records: list[TransmissionRecord]) -> list[Receipt]:
    try:
        connection = system.connect()
    except InvalidConfiguration as fault:
        raise PermanentFailure(f"{system.name}: {fault}") from fault
    try:
        return connection.send(records)
    except (SystemRefused, ValuesDoNotFit) as fault:
        raise PermanentFailure(f"{system.name}: {fault}") from fault
    finally:
        connection.close()


def _earlier_ones(sent: list[Transmission], delivery: Delivery):
    """Return transmissions of the same stages that have a lower number and have not left."""
    earlier = Transmission.objects.filter(
        case__in={one.case_id for one in sent},
        stage__in={one.stage for one in sent},
        number__lt=max(one.number for one in sent),
        sent_at=None,
        delivery__state__in=(Delivery.State.PENDING, Delivery.State.CARRYING),
    )
    return earlier.exclude(delivery=delivery)
