"""The history of things to book, for what no case keeps in its trace."""

from wagtail.log_actions import log

from eservices.accounts.models import User

from ..models import Booking, Resource


def log_resource_action(actor, resource: Resource, action: str, **data) -> None:
    """Writes into the history of a thing what somebody of the staff did; see ``wagtail_hooks``."""
    if isinstance(actor, User):
        log(instance=resource, action=f"bookings.{action}", user=actor, data=data)


def log_booking_action(actor, booking: Booking, action: str) -> None:
    """The same of a booking, with its time and never what it is for."""
    log_resource_action(
        actor, booking.resource, action, booking=str(booking.pk), at=booking.starts_at.isoformat()
    )
