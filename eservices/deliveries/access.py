"""The ways to fetch what went out, on behalf of a person."""

import re

from django.http import Http404

from .models import Delivery

PERMISSION = "eservices_deliveries.change_delivery"
SECRET = re.compile(r"[A-Za-z0-9_-]{20,}")  # what opens something in a link: see submissions.new_secret


def may_see_board(user) -> bool:
    return user.is_active and user.has_perm(PERMISSION)


def deliveries_for(user):
    """Every delivery for staff who looks after the outbox, none for others."""
    return Delivery.objects.all() if may_see_board(user) else Delivery.objects.none()


def delivery_for(user, pk) -> Delivery:
    """The delivery ``pk``; 404 where there is none or it is not for these eyes."""
    delivery = deliveries_for(user).filter(pk=pk).first()
    if delivery is None:
        raise Http404
    return delivery


def readable_text(delivery: Delivery) -> str:
    """What was written, without what would open an applicant's private page."""
    return "" if delivery.confidential else SECRET.sub("…", delivery.payload.get("text", ""))
