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


def unreachable(carrier: str, fault: str) -> None:
    """Several deliveries in a row failed: nothing is tried for a while."""
    url = reverse("deliveries_board:index")
    _alert("deliveries/emails/unreachable", carrier, {"fault": fault}, url, access.may_see_board)


def stuck(delivery: Delivery) -> None:
    """Nobody tries this one again by themselves."""
    url = reverse("deliveries_board:detail", args=[delivery.pk])
    _alert(
        "deliveries/emails/stuck",
        delivery.carrier,
        {"delivery": delivery},
        url,
        lambda user: access.deliveries_for(user).filter(pk=delivery.pk).exists(),
    )


def _alert(template: str, carrier: str, context: dict, url: str, concerns: Callable[[User], bool]) -> None:
    subject, now = f"alert:{carrier}", timezone.now()
    if carrier == "email" or Delivery.objects.about(subject).filter(created_at__gt=now - SILENCE).exists():
        return  # a letter would not leave, or one has just left
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
