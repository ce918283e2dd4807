"""What staff who look after the outbox are told. One letter a while for each carrier, however much is stuck."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from eservices.accounts.models import User

from . import access
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
    _alert("deliveries/emails/unreachable", carrier, {"fault": fault}, url, access.may_see_board)


def stuck(delivery: Delivery) -> None:
    """Nobody tries this one again by themselves."""
    if delivery.subject.startswith(ALERT):
        return  # of an alert to an address that is dead there would be one alert after the other
    url = reverse("deliveries_board:detail", args=[delivery.pk])
    _alert(
        "deliveries/emails/stuck",
        delivery.carrier,
        {"delivery": delivery},
        url,
        lambda user: access.deliveries_for(user).filter(pk=delivery.pk).exists(),
    )


def _alert(template: str, carrier: str, context: dict, url: str, concerns: Callable[[User], bool]) -> None:
    subject, now = f"{ALERT}{carrier}", timezone.now()
    if Delivery.objects.about(subject).filter(created_at__gt=now - SILENCE).exists():
        return  # one has just left
    for user in User.objects.filter(is_active=True, is_staff=True):
        if concerns(user):
            queue_email(
                to=user.email,
                template=template,
                context=context
                | {"carrier": carrier_name(carrier), "url": settings.WAGTAILADMIN_BASE_URL + url},
                language=user.language or settings.LANGUAGE_CODE,
                subject=subject,
            )
