"""What staff who look after the outbox are told. One letter a while for each carrier, however much is stuck; what came
meanwhile stands in the next one. Each hears of what is for their eyes, and of each thing once.

That a carrier fails is told once, until it did its work again.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

from eservices.accounts.models import User

from . import access, circuits
from .actions import queue_email
from .carriers import carrier_name
from .models import Circuit, Delivery, DeliveryEvent

SILENCE = timedelta(minutes=15)
RECENT = timedelta(days=1)  # what has been stuck for longer was told, or is seen on the board
LISTED = 10  # in one letter
ALERT = "alert:"  # so begins the subject of such a letter
TOLD = DeliveryEvent.Kind.TOLD


def tell_again(now: datetime) -> None:
    """What was kept back for a while, because a letter about its carrier had just left."""
    stuck_now = Delivery.objects.stuck().filter(due_at__gt=now - RECENT).exclude(subject__startswith=ALERT)
    for carrier in stuck_now.order_by().values_list("carrier", flat=True).distinct():
        stuck(carrier)
    for circuit in Circuit.objects.exclude(opened_at=None):
        unreachable(circuit.carrier, circuit.fault)


@transaction.atomic
def unreachable(carrier: str, fault: str) -> None:
    """Several deliveries in a row failed: nothing is tried for a while."""
    if carrier == "email":
        return  # a letter would not leave: it stands on the first page of the admin
    now = timezone.now()
    since = circuits.told_since(carrier, now)
    for user in _staff():
        if access.may_see_board(user) and not _heard(user, carrier, min(since, now - SILENCE)):
            _write("unreachable", user, carrier, reverse("deliveries_board:index"), fault=fault)


@transaction.atomic
def late(delivery: Delivery, fault: str) -> None:
    """This one has failed for some minutes, alone or with others that staff has not heard of yet."""
    if delivery.subject.startswith(ALERT):
        return
    now, carrier = timezone.now(), delivery.carrier
    since = circuits.told_since(carrier, now)
    url = reverse("deliveries_board:detail", args=[delivery.pk])
    for user in _staff():
        seen = _untold(user, Delivery.objects.filter(pk=delivery.pk), "waits_since")
        if seen.exists() and not _heard(user, carrier, min(since, now - SILENCE)):
            _write("late", user, carrier, url, delivery=delivery, fault=fault)
            _keep_told(user, [delivery])


@transaction.atomic
def stuck(carrier: str) -> None:
    """Nobody tries these again by themselves. Of an alert that is stuck there is no alert."""
    now = timezone.now()
    circuits.locked(carrier)
    recent = Delivery.objects.stuck().filter(carrier=carrier, due_at__gt=now - RECENT)
    for user in _staff():
        if _heard(user, carrier, now - SILENCE):
            continue
        untold = _untold(user, recent.exclude(subject__startswith=ALERT), "due_at").order_by("due_at")
        if found := list(untold):
            words = {"deliveries": found[:LISTED], "number": len(found), "more": len(found) - LISTED}
            _write("stuck", user, carrier, _url_of(found, carrier), delivery=found[0], **words)
            _keep_told(user, found)


def _staff():
    return User.objects.filter(is_active=True, is_staff=True)


def _heard(user: User, carrier: str, since: datetime) -> bool:
    """Whether they had a letter about the carrier since then."""
    letters = Delivery.objects.about(f"{ALERT}{carrier}").filter(recipient=user.email)
    return letters.filter(created_at__gte=since).exists()


def _untold(user: User, deliveries, since: str):
    """Those for their eyes of which they were not told since the moment that the field ``since`` holds."""
    told = DeliveryEvent.objects.filter(delivery=OuterRef("pk"), kind=TOLD, text=user.email)
    return access.deliveries_for(user).filter(
        ~Exists(told.filter(at__gte=OuterRef(since))), pk__in=deliveries
    )


def _keep_told(user: User, deliveries: list[Delivery]) -> None:
    """By address: they did nothing, and may leave the house without a trace of it."""
    DeliveryEvent.objects.bulk_create(
        DeliveryEvent(delivery=delivery, kind=TOLD, text=user.email) for delivery in deliveries
    )


def _url_of(deliveries: list[Delivery], carrier: str) -> str:
    if len(deliveries) == 1:
        return reverse("deliveries_board:detail", args=[deliveries[0].pk])
    return reverse("deliveries_board:index", query={"state": Delivery.State.STUCK.value, "carrier": carrier})


def _write(template: str, user: User, carrier: str, url: str, **context) -> None:
    queue_email(
        to=user.email,
        template=f"deliveries/emails/{template}",
        context=context | {"carrier": carrier_name(carrier), "url": settings.WAGTAILADMIN_BASE_URL + url},
        language=user.language or settings.LANGUAGE_CODE,
        subject=f"{ALERT}{carrier}",
    )
