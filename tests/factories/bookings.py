"""Bookable resources for tests: a hall with two halves, a room, tables, a counter."""

from datetime import datetime

from django.utils import timezone
from wagtail.documents.models import Document
from wagtail_factories import DocumentFactory, ImageFactory

from eservices.bookings.actions.locking import take_pieces, units_locked
from eservices.bookings.bookable_resources import bookable_resource
from eservices.bookings.logic.availability import TimeSpan
from eservices.bookings.models import Booking, Resource, ResourceDescription, ResourceUnit, Timetable, Unit
from eservices.bookings.states import BookingState
from tests.factories.home import locale

ALL_WEEK = ("0", "1", "2", "3", "4", "5", "6")


def weekly(opens: str = "08:00", closes: str = "22:00", days=ALL_WEEK, **more) -> dict:
    """Return a line of a timetable, as its StreamField stores it."""
    value = {
        "days": list(days),
        "opens": opens,
        "closes": closes,
        "first": None,
        "last": None,
        "season_from": "",
        "season_to": "",
        "school": "",
    }
    return {"type": "weekly", "value": value | more}


def rate(entry: str = "salle", per: str = "booking", who: str = "", **more) -> dict:
    """Return a line of a price, as its StreamField stores it."""
    return {"type": "rate", "value": {"entry": entry, "per": per, "who": who} | more}


def timetable(*lines: dict, **more) -> Timetable:
    """Create a timetable; by default open from 8 to 22 every day, for one hour at least."""
    kept = {"name": "Horaire", "weekly": list(lines) or [weekly()], "lead": 0, "step": 60, "shortest": 60}
    return Timetable.objects.create(**kept | more)


def unit(key: str = "salle", quantity: int = 1) -> Unit:
    return Unit.objects.get_or_create(key=key, defaults={"name": key.capitalize(), "quantity": quantity})[0]


def resource(key: str = "salle", *units: Unit, table: Timetable | None = None, **more) -> Resource:
    """Create a resource with one piece of each unit, or of a unit of its own if none is given."""
    made = Resource(key=key, name=key.capitalize(), timetable=table or timetable(), **more)
    made.uses = [ResourceUnit(unit=one, quantity=1) for one in units or [unit(key)]]
    made.save()
    return made


def described(thing: Resource) -> Document:
    """Describe a resource in French and in German, each with a document. Return the French document."""
    document = DocumentFactory(title="Plan des tables")
    french = ResourceDescription.objects.create(
        resource=thing,
        picture=ImageFactory(),
        locale=locale(),
        title="Grande salle",
        summary="avec vue",
        place="Rue du Lac 1",
        equipment="Piano\nScène",
        rules="<p>Musique jusqu’à minuit</p>",
        documents=[("document", document)],
    )
    german = french.copy_for_translation(locale("de"))
    german.title, german.rules = "Grosser Saal", "<p>Musik bis Mitternacht</p>"
    german.summary, german.place, german.equipment = "mit Aussicht", "Seestrasse 1", "Klavier\nBühne"
    german.documents = [("document", DocumentFactory(title="Tischplan"))]
    german.save()
    return document


def hall() -> tuple[Resource, Resource, Resource]:
    """Create a hall that consists of two halves, and the halves."""
    left, right, table = unit("gauche"), unit("droite"), timetable()
    return (
        resource("grande-salle", left, right, table=table),
        resource("gauche", left, table=table),
        resource("droite", right, table=table),
    )


def tables(quantity: int = 40) -> Resource:
    return resource("tables", unit("tables", quantity), kind="equipment", counted=True)


def counter(desks: int = 4, minutes: int = 30) -> Resource:
    table = timetable(
        weekly("08:00", "12:00", days=ALL_WEEK[:5]),
        weekly("14:00", "17:00", days=ALL_WEEK[:5]),
        step=minutes,
        shortest=minutes,
        longest=minutes,
    )
    return resource("guichet", unit("guichets", desks), table=table, kind="appointment")


def booking(thing: Resource, start: str, end: str, **more) -> Booking:
    """Create a confirmed booking that bypasses the rules. Times are local: "2026-03-10T18:00"."""
    zone, wanted = timezone.get_default_timezone(), bookable_resource(thing.key)
    span = TimeSpan.of(*(datetime.fromisoformat(at).replace(tzinfo=zone) for at in (start, end)))
    made = Booking(
        resource=thing, starts_at=span.start, ends_at=span.end, **{"state": BookingState.CONFIRMED} | more
    )
    with units_locked(wanted.needs):
        made.save()
        take_pieces([made], wanted, timezone.now(), ignore_rules=True)
    return made
