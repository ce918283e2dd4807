"""Circuit breakers, one per transport: one that fails is not called by every delivery that waits for it.

After some failures in a row the circuit opens: nothing is attempted during a pause. Then one delivery is attempted;
if it succeeds, the circuit closes. (Michael T. Nygard, Release It!, "Circuit Breaker".)
"""

from datetime import datetime, timedelta

from django.db import transaction

from .models import Circuit
from .signals import circuit_opened

FAILURES = 5  # in a row
OPEN_DURATION = timedelta(minutes=2)


def circuit_open_until(carrier: str, now: datetime) -> datetime | None:
    """Return when to try again; None if the circuit is closed, or if the caller is the one that may try."""
    circuit = Circuit.objects.filter(carrier=carrier, open_until__isnull=False).first()
    if circuit is None or circuit.open_until is None:
        return None
    if circuit.open_until > now:
        return circuit.open_until
    tries = Circuit.objects.filter(pk=carrier, open_until=circuit.open_until).update(
        open_until=now + OPEN_DURATION
    )
    return None if tries else now + OPEN_DURATION


def allow_next_attempt(carrier: str, now: datetime) -> None:
    """End the pause: the next delivery is attempted, because staff asked for it."""
    Circuit.objects.filter(carrier=carrier, open_until__gt=now).update(open_until=now)


def record_success(carrier: str) -> None:
    """Record a success of the transport: its circuit closes."""
    Circuit.objects.filter(carrier=carrier).exclude(failures=0, told_at=None).update(
        failures=0, open_until=None, opened_at=None, fault="", told_at=None
    )


def mark_staff_informed(carrier: str, now: datetime) -> datetime:
    """Record that staff are alerted of the failure. Return when they first were: ``now``, if not before."""
    circuit = lock_circuit(carrier)
    if circuit.told_at is None:
        circuit.told_at = now
        circuit.save(update_fields=["told_at"])
    return circuit.told_at


def lock_circuit(carrier: str) -> Circuit:
    """Lock the circuit's row, creating it if needed, so that only one process alerts staff of a transport."""
    Circuit.objects.get_or_create(carrier=carrier)
    return Circuit.objects.select_for_update().get(carrier=carrier)


@transaction.atomic
def record_failure(carrier: str, fault: str, now: datetime) -> None:
    """Record a failure of the transport. After too many in a row open the circuit and send ``circuit_opened``."""
    circuit = lock_circuit(carrier)
    circuit.failures, circuit.fault = circuit.failures + 1, fault[:2000]
    opens = circuit.failures >= FAILURES
    first = opens and circuit.opened_at is None
    if opens:
        circuit.open_until, circuit.opened_at = now + OPEN_DURATION, circuit.opened_at or now
    circuit.save()
    if first:
        circuit_opened.send(sender=Circuit, carrier=carrier, fault=circuit.fault)
