"""E-mail alerts to the staff who look after the outbox.

At most one e-mail per transport in ``SILENCE``, however much is stuck; what gets stuck in between is in the next
one. Each member of staff is alerted of deliveries that they may see, and of each only once.

The failure of a transport is alerted once, until it works again.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.urls import reverse
from django.utils import timezone

from eservices.accounts.models import User
from home.links.page_links import absolute_url

from . import access, circuit_breaker
from .actions import queue_email
from .models import Circuit, Delivery, DeliveryEvent
from .transports import circuit_key, transport_label

SILENCE = timedelta(minutes=15)
RECENT = timedelta(days=1)  # what has been stuck for longer was alerted, or is seen in the outbox
LISTED = 10  # in one e-mail
ALERT = "alert:"  # prefix of ``Delivery.subject`` of such an e-mail
ALERTED_EVENT = DeliveryEvent.Kind.TOLD


def send_suppressed_alerts(now: datetime) -> None:
    """Send alerts that were suppressed because an e-mail about the transport had just been sent.

    Runs with each job: the number of queries grows with the staff, not with the transports.
    """
    keepers = list(access.outbox_staff())
    for carrier in sorted(_kept_back(keepers, now)):
        alert_stuck(carrier)
    for circuit in _opened_unheard(keepers, now):
        alert_unreachable(circuit.carrier, circuit.fault)


def _kept_back(keepers: list[User], now: datetime) -> set[str]:
    """Return the transports with stuck deliveries that some of the staff do not know of and may be alerted of now."""
    lately = _stuck_lately(now)
    if not lately.exists():
        return set()
    untold = [
        (user, carrier)
        for user in keepers
        for carrier in _untold(user, lately, "due_at").order_by().values_list("carrier", flat=True).distinct()
    ]
    letters = _last_letters(carrier for _user, carrier in untold)
    return {carrier for user, carrier in untold if not _heard(letters, user, carrier, now - SILENCE)}


def _opened_unheard(keepers: list[User], now: datetime) -> list[Circuit]:
    """Return the open circuits that some of the staff do not know of and may be alerted of now."""
    opened = Circuit.objects.exclude(opened_at=None).exclude(carrier="email")
    letters = _last_letters(circuit.carrier for circuit in opened)
    return [
        circuit
        for circuit in opened
        if not all(
            _heard(letters, user, circuit.carrier, _since(circuit.told_at or now, now)) for user in keepers
        )
    ]


@transaction.atomic
def alert_unreachable(carrier: str, fault: str) -> None:
    """Alert staff that a transport failed several times in a row and is paused."""
    if carrier == "email":
        return  # no e-mail could be sent: the admin's home page shows the failure
    now = timezone.now()
    since = _since(circuit_breaker.mark_staff_informed(carrier, now), now)
    letters = _last_letters([carrier])
    for user in access.outbox_staff():
        if not _heard(letters, user, carrier, since):
            _write("unreachable", user, carrier, reverse("deliveries_board:index"), fault=fault)


@transaction.atomic
def alert_late(delivery: Delivery, fault: str) -> None:
    """Alert staff of a delivery that has failed for some minutes, unless they were alerted of it or its transport."""
    if delivery.subject.startswith(ALERT):
        return
    now, carrier = timezone.now(), circuit_key(delivery)
    since = _since(circuit_breaker.mark_staff_informed(carrier, now), now)
    letters = _last_letters([carrier])
    url = reverse("deliveries_board:detail", args=[delivery.pk])
    for user in access.outbox_staff():
        untold = _untold(user, Delivery.objects.filter(pk=delivery.pk), "waits_since")
        if not _heard(letters, user, carrier, since) and untold.exists():
            _write("late", user, carrier, url, delivery=delivery, fault=fault)
            _keep_told(user, [delivery])


@transaction.atomic
def alert_stuck(carrier: str) -> None:
    """Alert staff of stuck deliveries, which are not retried automatically.

    A stuck alert causes no alert.
    """
    now = timezone.now()
    circuit = circuit_breaker.lock_circuit(carrier)
    lately = _stuck_lately(now).filter(carrier=carrier)
    letters = _last_letters([carrier])
    for user in access.outbox_staff():
        if _heard(letters, user, carrier, now - SILENCE):
            continue
        if found := list(_untold(user, lately, "due_at").order_by("due_at")):
            words = {"deliveries": found[:LISTED], "number": len(found), "more": len(found) - LISTED}
            words |= {"delivery": found[0], "circuit": circuit}  # no other e-mail reports now that it fails
            _write("stuck", user, carrier, _url_of(found, carrier), **words)
            _keep_told(user, found)


def _stuck_lately(now: datetime):
    return Delivery.objects.stuck().filter(due_at__gt=now - RECENT).exclude(subject__startswith=ALERT)


def _last_letters(carriers: Iterable[str]) -> dict[tuple[str, str], datetime]:
    """Return when the last alert about each transport was queued, by address; in one query."""
    letters = Delivery.objects.filter(subject__in={f"{ALERT}{carrier}" for carrier in carriers}).order_by()
    last = letters.values_list("subject", "recipient").annotate(Max("created_at"))
    return {(subject.removeprefix(ALERT), recipient): at for subject, recipient, at in last}


def _since(told: datetime, now: datetime) -> datetime:
    """Return since when one alert is enough: since staff were first alerted, but at least for some minutes."""
    return min(told, now - SILENCE)


def _heard(letters: dict, user: User, carrier: str, since: datetime) -> bool:
    """Return whether the user had an alert about the transport since then."""
    last = letters.get((carrier, user.email))
    return last is not None and last >= since


def _untold(user: User, deliveries, since: str):
    """Return deliveries the user may see and has not been alerted about since the time in field ``since``."""
    told = DeliveryEvent.objects.filter(delivery=OuterRef("pk"), kind=ALERTED_EVENT, text=user.email)
    return access.deliveries_for(user).filter(
        ~Exists(told.filter(at__gte=OuterRef(since))), pk__in=deliveries
    )


def _keep_told(user: User, deliveries: list[Delivery]) -> None:
    """Record the alert by address, not as an action of the user: otherwise the account could not be deleted."""
    DeliveryEvent.objects.bulk_create(
        DeliveryEvent(delivery=delivery, kind=ALERTED_EVENT, text=user.email) for delivery in deliveries
    )


def _url_of(deliveries: list[Delivery], carrier: str) -> str:
    if len(deliveries) == 1:
        return reverse("deliveries_board:detail", args=[deliveries[0].pk])
    return reverse("deliveries_board:index", query={"state": Delivery.State.STUCK.value, "carrier": carrier})


def _write(template: str, user: User, carrier: str, url: str, **context) -> None:
    queue_email(
        to=user.email,
        template=f"deliveries/emails/{template}",
        context=context | {"carrier": transport_label(carrier), "url": absolute_url(url)},
        language=user.language or settings.LANGUAGE_CODE,
        subject=f"{ALERT}{carrier}",
    )
