"""What staff who look after the outbox are told. One letter a while for each carrier, however much is stuck; what came
meanwhile stands in the next one. Each hears of what is for their eyes, and of each thing once.

That a carrier fails is told once, until it did its work again.
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
from .transports import transport_label

SILENCE = timedelta(minutes=15)
RECENT = timedelta(days=1)  # what has been stuck for longer was told, or is seen on the board
LISTED = 10  # in one letter
ALERT = "alert:"  # so begins the subject of such a letter
ALERTED_EVENT = DeliveryEvent.Kind.TOLD


def send_suppressed_alerts(now: datetime) -> None:
    """What was kept back for a while, because a letter about its carrier had just left.

    Each sweep looks: some questions for each keeper of the outbox, and none more for each carrier.
    """
    keepers = list(access.outbox_staff())
    for carrier in sorted(_kept_back(keepers, now)):
        alert_stuck(carrier)
    for circuit in _opened_unheard(keepers, now):
        alert_unreachable(circuit.carrier, circuit.fault)


def _kept_back(keepers: list[User], now: datetime) -> set[str]:
    """The carriers of what is stuck that some keeper does not know of and may be told now."""
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
    """The open circuits that some keeper does not know of and may be told of now."""
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
    """Several deliveries in a row failed: nothing is tried for a while."""
    if carrier == "email":
        return  # a letter would not leave: it stands on the first page of the admin
    now = timezone.now()
    since = _since(circuit_breaker.mark_staff_informed(carrier, now), now)
    letters = _last_letters([carrier])
    for user in access.outbox_staff():
        if not _heard(letters, user, carrier, since):
            _write("unreachable", user, carrier, reverse("deliveries_board:index"), fault=fault)


@transaction.atomic
def alert_late(delivery: Delivery, fault: str) -> None:
    """This one has failed for some minutes, alone or with others that staff has not heard of yet."""
    if delivery.subject.startswith(ALERT):
        return
    now, carrier = timezone.now(), delivery.carrier
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
    """Nobody tries these again by themselves. Of an alert that is stuck there is no alert."""
    now = timezone.now()
    circuit = circuit_breaker.lock_circuit(carrier)
    lately = _stuck_lately(now).filter(carrier=carrier)
    letters = _last_letters([carrier])
    for user in access.outbox_staff():
        if _heard(letters, user, carrier, now - SILENCE):
            continue
        if found := list(_untold(user, lately, "due_at").order_by("due_at")):
            words = {"deliveries": found[:LISTED], "number": len(found), "more": len(found) - LISTED}
            words |= {"delivery": found[0], "circuit": circuit}  # that it fails, no other letter says now
            _write("stuck", user, carrier, _url_of(found, carrier), **words)
            _keep_told(user, found)


def _stuck_lately(now: datetime):
    return Delivery.objects.stuck().filter(due_at__gt=now - RECENT).exclude(subject__startswith=ALERT)


def _last_letters(carriers: Iterable[str]) -> dict[tuple[str, str], datetime]:
    """When the last letter about each carrier left, to each address: in one query."""
    letters = Delivery.objects.filter(subject__in={f"{ALERT}{carrier}" for carrier in carriers}).order_by()
    last = letters.values_list("subject", "recipient").annotate(Max("created_at"))
    return {(subject.removeprefix(ALERT), recipient): at for subject, recipient, at in last}


def _since(told: datetime, now: datetime) -> datetime:
    """Since when a letter is enough: since staff were first to be told of the failure, and for some minutes."""
    return min(told, now - SILENCE)


def _heard(letters: dict, user: User, carrier: str, since: datetime) -> bool:
    """Whether they had a letter about the carrier since then."""
    last = letters.get((carrier, user.email))
    return last is not None and last >= since


def _untold(user: User, deliveries, since: str):
    """Deliveries the user may see and has not been alerted about since the time in field ``since``."""
    told = DeliveryEvent.objects.filter(delivery=OuterRef("pk"), kind=ALERTED_EVENT, text=user.email)
    return access.deliveries_for(user).filter(
        ~Exists(told.filter(at__gte=OuterRef(since))), pk__in=deliveries
    )


def _keep_told(user: User, deliveries: list[Delivery]) -> None:
    """By address: they did nothing, and may leave the house without a trace of it."""
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
