"""What can be booked, when it is open, and who has booked it."""

from .bookings import Booking, Piece
from .inspections import Inspection
from .links import CalendarLink
from .openings import BlockedTime, Feed, SchoolHolidays, Timetable
from .resources import Description, Extra, Resource, Unit, Use
from .waiting import Waiting

__all__ = [
    "BlockedTime",
    "Booking",
    "CalendarLink",
    "Description",
    "Extra",
    "Feed",
    "Inspection",
    "Piece",
    "Resource",
    "SchoolHolidays",
    "Timetable",
    "Unit",
    "Use",
    "Waiting",
]
