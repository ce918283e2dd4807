"""Actions on bookings. ``actor``: an agent, an applicant or the system."""

from .calendar_links import end_link, renew_link
from .handover import record_handover, record_no_show, record_return
from .holds import (
    HoldLimitReached,
    delete_expired_holds,
    hold_times,
    prolong_holds,
    release_draft_holds,
    release_holds,
)
from .internal_bookings import create_internal_booking, set_purpose
from .lifecycle import (
    cancel_booking,
    confirm_booking,
    confirm_requested_bookings,
    move_booking,
    refuse_booking,
    release_booking,
    request_bookings,
    send_confirmation,
    send_reminder,
)
from .locking import BookingActionRefused, StaleBooking, TimeTaken
from .resource_changes import ConflictingBookings, changing_units, reassign_pieces
from .waiting_list import (
    accept_offer,
    erase_waiting_entry,
    is_still_bookable,
    join_waiting_list,
    leave_waiting_list,
    offer_time,
    process_waiting_entry,
    remove_from_waiting_list,
)

__all__ = [
    "BookingActionRefused",
    "ConflictingBookings",
    "HoldLimitReached",
    "StaleBooking",
    "TimeTaken",
    "accept_offer",
    "cancel_booking",
    "changing_units",
    "confirm_booking",
    "confirm_requested_bookings",
    "create_internal_booking",
    "delete_expired_holds",
    "end_link",
    "erase_waiting_entry",
    "hold_times",
    "is_still_bookable",
    "join_waiting_list",
    "leave_waiting_list",
    "move_booking",
    "offer_time",
    "process_waiting_entry",
    "prolong_holds",
    "reassign_pieces",
    "record_handover",
    "record_no_show",
    "record_return",
    "refuse_booking",
    "release_booking",
    "release_draft_holds",
    "release_holds",
    "remove_from_waiting_list",
    "renew_link",
    "request_bookings",
    "send_confirmation",
    "send_reminder",
    "set_purpose",
]
