"""The ways to fetch what went out, on behalf of a person."""

import re
from collections.abc import Callable

from django.contrib.auth.backends import ModelBackend
from django.db.models import Q, QuerySet

from eservices.accounts.models import User
from home.extensions.registry import Registry
from home.web.shortcuts import get_or_404

from .models import Delivery

PERMISSION = "eservices_deliveries.change_delivery"
SECRET = re.compile(r"[A-Za-z0-9_-]{20,}")  # what opens something in a link: see home.web.secret_links
# By the kind of what deliveries tell of (the "case" of "case:UUID"), which of these are for somebody's eyes.
delivery_filters: Registry[Callable[[User], Q]] = Registry("outbox")
# Recipients whose address is not for somebody's eyes, whatever was written to them.
withheld: Registry[Callable[[User], QuerySet]] = Registry("outbox")


def may_see_board(user) -> bool:
    return user.is_active and user.has_perm(PERMISSION)


def outbox_staff():
    """Staff who look after the outbox."""
    return ModelBackend().with_perm(PERMISSION).filter(is_staff=True)


def deliveries_for(user):
    """For staff who looks after the outbox what went out, but what tells of something that is not for their eyes."""
    if not may_see_board(user):
        return Delivery.objects.none()
    if user.is_superuser:
        return Delivery.objects.all()
    seen = Delivery.objects.all()
    for kind, readable in delivery_filters.items():
        seen = seen.filter(~Q(subject__startswith=f"{kind}:") | readable(user))
    for recipients in withheld:
        seen = seen.exclude(recipient__in=recipients(user))
    return seen


def delivery_for(user, pk) -> Delivery:
    """The delivery ``pk``; 404 where there is none or it is not for these eyes."""
    return get_or_404(deliveries_for(user), pk=pk)


def readable_text(delivery: Delivery) -> str:
    """What was written, without what would open an applicant's private page."""
    return "" if delivery.confidential else SECRET.sub("…", delivery.payload.get("text", ""))
