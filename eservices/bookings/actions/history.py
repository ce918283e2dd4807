"""Entries in the history of resources, for actions that are in no case's audit log."""

from typing import Any

from wagtail.log_actions import log

from eservices.accounts.models import User

from ..models import Booking, Resource


def log_resource_action(actor: User, resource: Resource, action: str, **data: Any) -> None:
    """Record an action of staff in the history of a resource; see ``wagtail_hooks``. Other actors are ignored."""
    if isinstance(actor, User):
        log(instance=resource, action=f"bookings.{action}", user=actor, data=data)


def log_booking_action(actor: User, booking: Booking, action: str) -> None:
    """Record an action on a booking in the history of its resource, with its time but never its purpose."""
    log_resource_action(
        actor, booking.resource, action, booking=str(booking.pk), at=booking.starts_at.isoformat()
    )
