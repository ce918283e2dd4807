"""Resources, their openings, and their bookings."""

from .bookings import BookedPiece, Booking
from .inspections import Inspection
from .links import CalendarLink
from .openings import BlockedTime, ImportedCalendar, SchoolHolidays, Timetable
from .resources import BookingExtra, Resource, ResourceDescription, ResourceUnit, Unit
from .waiting import WaitingEntry

__all__ = [
    "BlockedTime",
    "BookedPiece",
    "Booking",
    "BookingExtra",
    "CalendarLink",
    "ImportedCalendar",
    "Inspection",
    "Resource",
    "ResourceDescription",
    "ResourceUnit",
    "SchoolHolidays",
    "Timetable",
    "Unit",
    "WaitingEntry",
]
