"""What staff who look after the outbox are told. One letter a while for each carrier, however much is stuck.

That a carrier fails is told once, until it did its work again.
"""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from eservices.accounts.models import User

from . import access, circuits
from .actions import queue_email
from .carriers import carrier_name
from .models import Delivery

SILENCE = timedelta(minutes=15)
ALERT = "alert:"  # so begins the subject of such a letter


def unreachable(carrier: str, fault: str) -> None:
    """Several deliveries in a row failed: nothing is tried for a while."""
    if carrier == "email":
        return  # a letter would not leave
    url = reverse("deliveries_board:index")
    if not _silent(carrier) and circuits.is_news(carrier, timezone.now()):
        _alert("deliveries/emails/unreachable", carrier, {"fault": fault}, url, access.may_see_board)


def late(delivery: Delivery, fault: str) -> None:
    """This one has failed for some minutes, alone or with others that staff has not heard of yet."""
    if delivery.subject.startswith(ALERT) or _silent(delivery.carrier):
        return
    if circuits.is_news(delivery.carrier, timezone.now()):
        _alert_of("deliveries/emails/late", delivery, {"fault": fault})


def stuck(delivery: Delivery) -> None:
    """Nobody tries this one again by themselves."""
    if delivery.subject.startswith(ALERT):
        return  # of an alert to an address that is dead there would be one alert after the other
    if not _silent(delivery.carrier):
        _alert_of("deliveries/emails/stuck", delivery, {})


def _silent(carrier: str) -> bool:
    """Whether a letter about the carrier has just left."""
    since = timezone.now() - SILENCE
    return Delivery.objects.about(f"{ALERT}{carrier}").filter(created_at__gt=since).exists()


def _alert_of(template: str, delivery: Delivery, context: dict) -> None:
    """A letter about one delivery, to whoever may see it."""
    _alert(
        template,
        delivery.carrier,
        {"delivery": delivery, **context},
        reverse("deliveries_board:detail", args=[delivery.pk]),
        lambda user: access.deliveries_for(user).filter(pk=delivery.pk).exists(),
    )


def _alert(template: str, carrier: str, context: dict, url: str, concerns: Callable[[User], bool]) -> None:
    for user in User.objects.filter(is_active=True, is_staff=True):
        if concerns(user):
            queue_email(
                to=user.email,
                template=template,
                context=context
                | {"carrier": carrier_name(carrier), "url": settings.WAGTAILADMIN_BASE_URL + url},
                language=user.language or settings.LANGUAGE_CODE,
                subject=f"{ALERT}{carrier}",
            )
