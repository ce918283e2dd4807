"""Bookable resources of the demo: a divisible hall, rooms, forty tables, appointments at the counter."""

from contextlib import suppress
from datetime import date, datetime, timedelta

from django.utils import timezone

from eservices.bookings.actions.locking import TimeTaken, take_pieces, units_locked
from eservices.bookings.bookable_resources import bookable_resource
from eservices.bookings.logic.availability import TimeSpan
from eservices.bookings.models import (
    BlockedTime,
    BookedPiece,
    Booking,
    BookingExtra,
    Resource,
    ResourceDescription,
    ResourceUnit,
    Timetable,
    Unit,
)
from eservices.bookings.states import BookingState
from eservices.cases.models import Team

from ... import clock
from ...markup import BlockBuilder, ContentEntry, read_content
from ..context import LANGUAGES, DemoContext

UNITS = {
    "ormes-lac": ("Salle des Ormes, côté lac", 1),
    "ormes-jardin": ("Salle des Ormes, côté jardin", 1),
    "refuge": ("Refuge du bois de la Côte", 1),
    "couvert": ("Couvert du port", 1),
    "conseil": ("Salle du Conseil", 1),
    "tables": ("Tables pliantes", 40),
    "guichets": ("Guichets de l’administration", 4),
}
ROOM, EQUIPMENT, APPOINTMENT = "room", "equipment", "appointment"
RESOURCES = {  # kind, capacity, timetable, units, picture
    "ormes": (ROOM, 120, "salles", ("ormes-lac", "ormes-jardin"), "salle-des-ormes"),
    "ormes-lac": (ROOM, 70, "salles", ("ormes-lac",), "salle-des-ormes"),
    "ormes-jardin": (ROOM, 50, "salles", ("ormes-jardin",), "salle-des-ormes"),
    "refuge": (ROOM, 40, "salles", ("refuge",), "foret"),
    "couvert": (ROOM, 80, "salles", ("couvert",), "port-verraye"),
    "conseil": (ROOM, 50, "salles", ("conseil",), "conseil"),
    "tables": (EQUIPMENT, None, "materiel", ("tables",), ""),
    "guichet": (APPOINTMENT, None, "guichet", ("guichets",), ""),
}


def _rate(entry: str, who: str = "", **more) -> dict:
    value = {"entry": f"reservation-salle-{entry}", "per": "booking", "who": who}
    return {"type": "rate", "value": value | more}


CLEANING = _rate("nettoyage", what="cleaning")
DEPOSIT = _rate("caution", deposit=True)


def _extra(key: str) -> dict:
    """Return the rate of an optional extra, with the same key as its price."""
    return _rate(key, what=key, asked=True)


EXTRAS = {"ormes": ("regie", "mise-en-place"), "conseil": ("accueil",)}
HALF = [
    _rate("demi-habitant", "habitant"),
    _rate("demi-societe", "societe"),
    _rate("demi-externe", "externe"),
    DEPOSIT,
]
TEAMS = {APPOINTMENT: "habitants"}
RATES = {
    "ormes": [
        _rate("ormes-habitant", "habitant"),
        _rate("ormes-societe", "societe"),
        _rate("ormes-externe", "externe"),
        _rate("week-end", "habitant, externe", what="weekend", days=["5", "6"]),
        CLEANING,
        DEPOSIT,
        *map(_extra, EXTRAS["ormes"]),
    ],
    "ormes-lac": HALF,
    "ormes-jardin": HALF,
    "refuge": [
        _rate("refuge-habitant", "habitant, societe"),
        _rate("refuge-externe", "externe"),
        CLEANING,
        DEPOSIT,
    ],
    "couvert": [_rate("couvert-habitant", "habitant"), _rate("couvert-externe", "externe")],
    "conseil": [_rate("conseil", "habitant, externe", per="hour"), *map(_extra, EXTRAS["conseil"])],
    "tables": [_rate("table", per="day")],
}
TERMS = [(14, 100), (0, 50)]  # days before the beginning, and refund in per cent
# room, weekday (Monday is 0), from, to, purpose, whether it is public
EVERY_WEEK = [
    ("conseil", 0, 18, 20, "Répétition de la fanfare", True),
    ("conseil", 1, 18, 20, "Commission des bâtiments", False),
    ("conseil", 2, 18, 20, "Don du sang", True),
    ("conseil", 3, 18, 20, "Ludothèque", True),
    ("conseil", 4, 18, 20, "Assemblée du FC Orvenay", True),
    ("ormes-lac", 0, 19, 21, "Cours de yoga", True),
    ("ormes-lac", 1, 9, 10.5, "Gym des aînés", True),
    ("ormes-lac", 3, 19, 21.5, "Chœur mixte La Côte", True),
    ("ormes-jardin", 1, 19, 22, "Cours de premiers secours", False),
    ("ormes-jardin", 2, 13.5, 17, "Atelier des enfants", True),
]
# interval in weeks, first week, then as above
NOW_AND_THEN = [
    (3, 0, "ormes", 5, 14, 23, "Loto du FC Orvenay", True),
    (4, 1, "refuge", 4, 17, 22, "Sortie du personnel", False),
    (2, 0, "couvert", 6, 10, 16, "Brunch du port", True),
    (6, 2, "ormes", 6, 10, 17, "Bourse aux jouets", True),
]
PAST, AHEAD = 40, 8  # weeks before and after today
WORKS = 40  # days from today


def _opening(opens: str, closes: str, days: str, count: int | None = None) -> dict:
    return {"type": "weekly", "value": {"days": list(days), "opens": opens, "closes": closes, "count": count}}


TIMETABLES = {
    "salles": {
        "name": "Salles",
        "weekly": [_opening("08:00", "00:00", "0123456")],
        "holidays": False,
        "lead": 5 * 24,
        "horizon": 540,
        "step": 60,
        "shortest": 120,
        "after": 60,
    },
    "materiel": {
        "name": "Matériel",
        "weekly": [_opening("08:00", "17:00", "01234")],
        "lead": 48,
        "step": 60,
        "shortest": 60,
        "across": True,
    },
    "guichet": {
        "name": "Rendez-vous au guichet",
        "weekly": [  # all four desks only from nine to half past eleven
            _opening("08:00", "09:00", "0134", 2),
            _opening("09:00", "11:30", "0134"),
            _opening("14:00", "17:00", "12", 1),
        ],
        "lead": 2,
        "horizon": 60,
        "step": 15,
        "shortest": 30,
        "longest": 30,
    },
}


def build(world: DemoContext) -> None:
    """Create units, timetables and resources with their descriptions in every language."""
    _name_extras(world)
    units = {
        key: Unit.objects.create(key=key, name=name, quantity=quantity)
        for key, (name, quantity) in UNITS.items()
    }
    tables = {key: Timetable.objects.create(**fields) for key, fields in TIMETABLES.items()}
    teams = {one.key: one for one in Team.objects.all()}
    said = {
        language: {one.key: one for one in read_content(language, "rooms", world.today)}
        for language in LANGUAGES
    }
    for key, (kind, capacity, table, takes, picture) in RESOURCES.items():
        made = Resource(
            key=key,
            name=said["fr"][key]["title"],
            kind=kind,
            capacity=capacity,
            timetable=tables[table],
            team=teams[TEAMS.get(kind, "batiments")],
            counted=kind == EQUIPMENT,
            rates=RATES.get(key, []),
            refunds=[{"type": "step", "value": {"days": days, "percent": share}} for days, share in TERMS],
        )
        made.uses = [ResourceUnit(unit=units[one]) for one in takes]
        made.save()
        _describe(world, made, [said[language][key] for language in LANGUAGES], picture)
    _close_for_works(world.today, units["conseil"])


def _name_extras(world: DemoContext) -> None:
    sources: dict[str, BookingExtra] = {}
    for language in LANGUAGES:
        for entry in read_content(language, "extras", world.today):
            one = BookingExtra(key=entry.key)
            if entry.key in sources:
                one = sources[entry.key].copy_for_translation(world.locales[language])
            one.locale, one.title = world.locales[language], entry["title"]
            one.save()
            sources.setdefault(entry.key, one)


def closed_days(today: date) -> list[date]:
    """Return the days on which the council's room is closed for works and cannot be booked."""
    return [today + timedelta(days=WORKS + number) for number in range(5)]


def _close_for_works(today: date, unit: Unit) -> None:
    first, *_others, last = closed_days(today)
    start, end = clock.local_moment(first, 0), clock.local_moment(last + timedelta(days=1), 0)
    BlockedTime.objects.create(unit=unit, starts_at=start, ends_at=end, reason="Ponçage du parquet")


def _describe(world: DemoContext, resource: Resource, texts: list[ContentEntry], picture: str) -> None:
    source = None
    for entry in texts:
        one = ResourceDescription(resource=resource)
        if source:
            one = source.copy_for_translation(world.locales[entry.language])
        one.locale, one.title, one.place = world.locales[entry.language], entry["title"], entry["place"]
        one.summary, one.equipment = entry["summary"], entry["equipment"].replace(", ", "\n")
        one.keys = entry["keys"]
        one.rules = (
            BlockBuilder(entry, world.find(entry.language)).rich(entry.body.splitlines())
            if entry.body
            else ""
        )
        one.picture = world.images[picture] if picture else None
        one.save()
        source = source or one


def create_bookings(world: DemoContext) -> None:
    """Create internal bookings of the commune around today and long before, and appointments at the counter."""
    this_monday = world.today - timedelta(days=world.today.weekday())
    _take_rooms(this_monday)
    for week in range(-3, 5):
        monday = this_monday + timedelta(weeks=week)
        _take("tables", monday + timedelta(days=4), 9, 16, count=world.random.randint(8, 30), title="Marché")
        for day in (0, 1, 3, 4):
            for half in sorted(world.random.sample(range(16, 23), 3)):
                _take("guichet", monday + timedelta(days=day), half / 2, half / 2 + 0.5)


def _take_rooms(this_monday: date) -> None:
    """Create the regular bookings of rooms at once, skipping times that are taken."""
    now, bookings, pieces = timezone.now(), [], []
    taken: dict[int, list[TimeSpan]] = {}
    for unit, start, end in BookedPiece.objects.values_list("unit", "starts_at", "ends_at"):
        taken.setdefault(unit, []).append(TimeSpan(start, end))
    for key, day, start, end, title, public in _guests(this_monday):
        wanted, span = bookable_resource(key), TimeSpan.of(_at(day, start), _at(day, end))
        around = wanted.rules.around(span)
        if any(around.overlaps(one) for unit in wanted.needs for one in taken.get(unit, ())):
            continue
        state = BookingState.CONFIRMED if span.end > now else BookingState.RETURNED
        booking = Booking(resource_id=wanted.pk, title=title, public=public, state=state)
        booking.starts_at, booking.ends_at = span.start, span.end
        bookings.append(booking)
        for unit in wanted.needs:
            taken.setdefault(unit, []).append(around)
            pieces.append(
                BookedPiece(
                    booking=booking, unit_id=unit, number=1, starts_at=around.start, ends_at=around.end
                )
            )
    Booking.objects.bulk_create(bookings)
    BookedPiece.objects.bulk_create(pieces)


def _guests(this_monday: date):
    """Yield room, day, from, to, title and whether it is public, for every week."""
    for week in range(-PAST, AHEAD):
        monday = this_monday + timedelta(weeks=week)
        seldom = [found for every, first, *found in NOW_AND_THEN if week % every == first]
        for key, weekday, *rest in [*seldom, *EVERY_WEEK]:
            yield key, monday + timedelta(days=weekday), *rest


def _take(key: str, day: date, start: float, end: float, *, count: int = 1, **fields) -> None:
    """Create an internal booking, without time limits; skip holidays and taken times."""
    wanted, now = bookable_resource(key), timezone.now()
    if not wanted.rules.windows(day):
        return
    span = TimeSpan.of(_at(day, start), _at(day, end))
    found = Booking(
        resource_id=wanted.pk,
        count=count,
        starts_at=span.start,
        ends_at=span.end,
        state=BookingState.CONFIRMED if span.end > now else BookingState.RETURNED,
        **fields,
    )
    with suppress(TimeTaken), units_locked(wanted.needs):
        found.save()
        take_pieces([found], wanted, now, ignore_rules=True)


def _at(day: date, hour: float) -> datetime:
    return clock.local_moment(day, int(hour), int(hour % 1 * 60))
