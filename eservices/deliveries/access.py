"""Queries for deliveries that a user may see."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib.auth.backends import ModelBackend
from django.db.models import Q, QuerySet

from eservices.accounts.models import User
from home.web.shortcuts import get_or_404

from .models import Delivery, DeliveryQuerySet

PERMISSION = "eservices_deliveries.change_delivery"
SECRET = re.compile(r"[A-Za-z0-9_-]{20,}")  # secrets in links that open something, see home.web.secret_links

_filters: dict[str, Callable[[User], Q]] = {}
_withheld: list[Callable[[User], QuerySet[Any, Any]]] = []


def require_filter(kind: str, readable: Callable[[User], Q]) -> None:
    """Restrict the deliveries about subjects of a kind, the "case" of "case:UUID", to those that a user may see.

    An app calls it in ``ready()`` of its configuration, because a file that is found or not must not decide on it.
    """
    _filters[kind] = readable


def withhold_recipients(recipients: Callable[[User], QuerySet[Any, Any]]) -> None:
    """Hide the deliveries to addresses that a user may not see, whatever the delivery is about."""
    _withheld.append(recipients)


def may_see_board(user: User) -> bool:
    return user.is_active and user.has_perm(PERMISSION)


def outbox_staff() -> QuerySet[User]:
    """Return the staff who look after the outbox."""
    return ModelBackend().with_perm(PERMISSION).filter(is_staff=True)


def deliveries_for(user: User) -> DeliveryQuerySet:
    """Return the deliveries that ``user`` may see; none unless they look after the outbox."""
    if not may_see_board(user):
        return Delivery.objects.none()
    if user.is_superuser:
        return Delivery.objects.all()
    seen = Delivery.objects.all()
    for kind, readable in _filters.items():
        seen = seen.filter(~Q(subject__startswith=f"{kind}:") | readable(user))
    for recipients in _withheld:
        seen = seen.exclude(recipient__in=recipients(user))
    return seen


def delivery_for(user: User, pk: UUID | str) -> Delivery:
    """Return the delivery ``pk``. Raise Http404 if it does not exist or ``user`` may not see it."""
    return get_or_404(deliveries_for(user), pk=pk)


def readable_text(delivery: Delivery) -> str:
    """Return the text of the delivery without secrets that open a status page; "" if it is confidential."""
    return "" if delivery.confidential else SECRET.sub("…", delivery.payload.get("text", ""))
