"""What can be booked now, read once per generation of the site: rules, units, prices and words, without a query."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

import holidays
from django.conf import settings
from django.db.models import F
from django.utils import timezone
from django.utils.translation import get_language
from holidays.constants import SCHOOL
from wagtail.images.models import AbstractImage

from home.caching import site_version
from home.localization.working_days import DaysOff, public_holidays

from .blocks import WHAT, parse_day_and_month
from .logic.availability import (
    AvailabilityCalendar,
    Occupation,
    OpeningRules,
    SchoolHolidayRule,
    SpecialOpening,
    TimeSpan,
    WeeklyOpening,
    open_length,
)
from .logic.pricing import PriceLine
from .models import (
    BlockedTime,
    BookedPiece,
    BookingExtra,
    Resource,
    ResourceDescription,
    SchoolHolidays,
    Timetable,
    WaitingEntry,
)

EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True)
class PromisedPiece:
    """A piece of a unit that is kept for who waits for a ``time``; ``around``: with what is kept free around it."""

    unit: int
    number: int
    time: TimeSpan
    around: TimeSpan


@dataclass(frozen=True)
class ResourceTexts:
    """What people read about an offer in one language."""

    title: str
    summary: str = ""
    place: str = ""
    equipment: tuple[str, ...] = ()
    rules: str = ""
    documents: tuple[tuple[str, str], ...] = ()  # title and address
    picture: AbstractImage | None = None


@dataclass(frozen=True)
class BookableResource:
    """Something that can be booked. ``needs``: pieces of each unit that one takes; ``quantities``: those there are."""

    pk: int
    key: str
    kind: str
    offered: bool
    capacity: int | None
    counted: bool
    rules: OpeningRules
    needs: dict[int, int]
    quantities: dict[int, int]
    rates: tuple[PriceLine, ...]
    words: dict[str, ResourceTexts]
    name: str
    refunds: tuple[tuple[int, int], ...] = ()  # days before it begins, per cent of the price that come back

    def said(self, language: str) -> ResourceTexts:
        """In ``language``, else in the commune's own, else its bare name."""
        return self.words.get(language) or self.words.get(settings.LANGUAGE_CODE) or ResourceTexts(self.name)

    def wanted(self, count: int) -> dict[int, int]:
        """The pieces that ``count`` of it take."""
        return {unit: quantity * count for unit, quantity in self.needs.items()}

    def opened(self, days: Iterable[date]) -> timedelta | None:
        """For how long it is open on some days, by its pieces; None where all of them always are."""
        if not self.rules.counts:
            return None
        pieces = min(self.quantities.values(), default=1)
        lengths = (open_length(self.rules.counted_windows(day), pieces) for day in days)
        return sum(lengths, timedelta())

    @property
    def extras(self) -> tuple[str, ...]:
        """What may be ticked, each named once."""
        return tuple(dict.fromkeys(rate.what for rate in self.rates if rate.asked))

    @property
    def most(self) -> int:
        """How many there are at the most."""
        return min((self.quantities[unit] // quantity for unit, quantity in self.needs.items()), default=0)

    @property
    def fixed(self) -> bool:
        """Whether it always takes equally long, so that a start says all."""
        return self.rules.whole or self.rules.longest == self.rules.shortest


def bookable_resources() -> dict[str, BookableResource]:
    """Everything that can be or could be booked, by key."""
    return _offers(site_version.current_version())


def bookable_resource(key: str) -> BookableResource | None:
    return bookable_resources().get(key)


def resources_sharing_units(wanted: Iterable[BookableResource]) -> dict[int, BookableResource]:
    """What takes a unit that some offers take, by key of the thing: themselves, a hall and its halves."""
    units = {unit for offer in wanted for unit in offer.needs}
    return {one.pk: one for one in bookable_resources().values() if units & one.needs.keys()}


def extra_label(key: str) -> str:
    """What a price is for, in the language at hand, else the commune's own; empty for the thing itself."""
    kept = _extras(site_version.current_version()).get(key, {})
    return kept.get(get_language() or "") or kept.get(settings.LANGUAGE_CODE) or str(WHAT.get(key, key))


def unknown_extras(wanted: Iterable[BookableResource]) -> list[str]:
    """Keys of extras that prices of some offers name and that nobody keeps any more."""
    named = {rate.what for one in wanted for rate in one.rates if rate.what}
    return sorted(named - WHAT.keys() - _extras(site_version.current_version()).keys())


def availability_calendar(
    offer: BookableResource,
    span: TimeSpan,
    *,
    count: int = 1,
    now: datetime | None = None,
    without: UUID | None = None,
    promised: Iterable[PromisedPiece] | None = None,
) -> AvailabilityCalendar:
    """The free times of an offer within ``span``. ``without``: a series of bookings that does not count: the own.

    ``promised``: what is kept for who waits, where it is known; else it is looked up.
    """
    found = occupied_pieces([offer], span, without=without, promised=promised)
    return AvailabilityCalendar(offer.rules, found, offer.wanted(count), now or timezone.now())


def occupied_pieces(
    wanted: Iterable[BookableResource],
    span: TimeSpan,
    *,
    without: UUID | None = None,
    promised: Iterable[PromisedPiece] | None = None,
) -> Occupation:
    """What is taken of the units of some offers within ``span``, with the time kept free around it.

    What is free again and ``promised`` to who waits for it is taken too.
    """
    wanted = list(wanted)
    found = _occupation(wanted, span, without)
    for one in promised_pieces(wanted, span) if promised is None else promised:
        found.take(one.unit, one.number, one.around)
    return found


def promised_pieces(wanted: Iterable[BookableResource], span: TimeSpan) -> list[PromisedPiece]:
    """The pieces that are kept for who waits, in their order: it is all free again, and will be offered to them.

    Who waits for a time of which a part is taken keeps nothing. One query where nobody waits, else three.
    """
    wanted, now = list(wanted), timezone.now()
    known = resources_sharing_units(wanted)
    room = max((max(one.rules.before, one.rules.after) for one in known.values()), default=timedelta())
    reach = _around(wanted, span).widened(room, room)
    queue = WaitingEntry.objects.waiting().filter(resource__in=known, starts_at__gt=now)
    queue = queue.filter(starts_at__lt=reach.end, ends_at__gt=reach.start).order_by("created_at", "pk")
    rows = queue.values_list("resource", "count", "starts_at", "ends_at")
    asked = [(known[pk], count, TimeSpan(*ends)) for pk, count, *ends in rows]
    if not asked:
        return []
    whole = TimeSpan.over(one for *_who, one in asked)
    found, kept = _occupation([offer for offer, *_rest in asked], whole), []
    for offer, count, time in asked:
        free = AvailabilityCalendar(offer.rules, found, offer.wanted(count), now)
        pieces = None if free.refusal(time) else free.choice(time)
        for unit, number in ((unit, number) for unit, some in (pieces or {}).items() for number in some):
            one = PromisedPiece(unit, number, time, offer.rules.around(time))
            found.take(unit, number, one.around)
            kept.append(one)
    return kept


def _around(wanted: list[BookableResource], span: TimeSpan) -> TimeSpan:
    """A time with what any of some offers keeps free around it."""
    return TimeSpan.over([span, *(offer.rules.around(span) for offer in wanted)])


def _occupation(wanted: list[BookableResource], span: TimeSpan, without: UUID | None = None) -> Occupation:
    """What bookings and blocked times take, whoever waits."""
    quantities = {unit: number for offer in wanted for unit, number in offer.quantities.items()}
    around = _around(wanted, span)
    pieces = BookedPiece.objects.overlapping(quantities, around.start, around.end).taken(timezone.now())
    if without:
        pieces = pieces.exclude(booking__series=without)
    fields = ["unit", "number", "starts_at", "ends_at"]
    if any(offer.rules.counts for offer in wanted):  # who leaves stands beyond what is open next, day by day
        fields += ["booking__starts_at", "booking__ends_at"]
    rows = list(pieces.values_list(*fields))
    blocked = BlockedTime.objects.overlapping(quantities, around.start, around.end)
    return Occupation(
        quantities,
        [(unit, number, TimeSpan(starts, ends)) for unit, number, starts, ends, *_stay in rows],
        [
            (unit, TimeSpan(starts, ends))
            for unit, starts, ends in blocked.values_list("unit", "starts_at", "ends_at")
        ],
        [(unit, number, TimeSpan(*stay)) for unit, number, _starts, _ends, *stay in rows if stay],
    )


def days_span(first: date, last: date, zone: ZoneInfo) -> TimeSpan:
    """From the first moment of a day to the last of another, with what may have begun the day before."""
    start = datetime(first.year, first.month, first.day, tzinfo=zone) - timedelta(days=1)
    end = datetime(last.year, last.month, last.day, tzinfo=zone) + timedelta(days=3)
    return TimeSpan(start.astimezone(UTC), end.astimezone(UTC))


# -- Reading -------------------------------------------------------------------------------------------------
@lru_cache(maxsize=2)
def _offers(generation: str) -> dict[str, BookableResource]:
    words, found = _words(), _with_units()
    tables = {one.timetable_id: one.timetable for one, _units in found}
    school = school_holiday_days() if any(map(_looks_at_school, tables.values())) else frozenset()
    rules = {pk: opening_rules_of(table, school) for pk, table in tables.items()}
    return {
        one.key: _offer(one, units, rules[one.timetable_id], words.get(one.pk, {})) for one, units in found
    }


def _with_units() -> list[tuple[Resource, list[tuple[int, int, int]]]]:
    """Return everything that can be booked, each with key, wanted and present pieces of its units: one query."""
    unit = {"unit": F("uses__unit"), "wanted": F("uses__quantity"), "present": F("uses__unit__quantity")}
    rows = Resource.objects.select_related("timetable").annotate(**unit)
    found: dict[int, tuple[Resource, list]] = {}
    for row in rows:
        _resource, units = found.setdefault(row.pk, (row, []))
        if row.unit is not None:
            units.append((row.unit, row.wanted, row.present))
    return list(found.values())


def _offer(
    resource: Resource,
    units: list[tuple[int, int, int]],
    rules: OpeningRules,
    words: dict[str, ResourceTexts],
) -> BookableResource:
    return BookableResource(
        pk=resource.pk,
        key=resource.key,
        kind=resource.kind,
        offered=resource.offered,
        capacity=resource.capacity,
        counted=resource.counted,
        rules=rules,
        needs={unit: wanted for unit, wanted, _present in units},
        quantities={unit: present for unit, _wanted, present in units},
        rates=tuple(_rate(block.value) for block in resource.rates),
        words=words,
        name=resource.name,
        refunds=tuple((block.value["days"], block.value["percent"]) for block in resource.refunds),
    )


@lru_cache(maxsize=2)
def _extras(generation: str) -> dict[str, dict[str, str]]:
    """Names of extras by key and language."""
    found: dict[str, dict[str, str]] = {}
    for one in BookingExtra.objects.select_related("locale"):
        found.setdefault(one.key, {})[one.locale.language_code] = one.title
    return found


def _words() -> dict[int, dict[str, ResourceTexts]]:
    found: dict[int, dict[str, ResourceTexts]] = {}
    for one in ResourceDescription.objects.select_related("locale", "picture"):
        found.setdefault(one.resource_id, {})[one.locale.language_code] = _said(one)
    return found


def _said(one: ResourceDescription) -> ResourceTexts:
    return ResourceTexts(
        title=one.title,
        summary=one.summary,
        place=one.place,
        equipment=tuple(line.strip() for line in one.equipment.splitlines() if line.strip()),
        rules=one.rules,
        documents=tuple((block.value.title, block.value.url) for block in one.documents if block.value),
        picture=one.picture,
    )


def _looks_at_school(table: Timetable) -> bool:
    return any(block.value["school"] for block in table.weekly)


def opening_rules_of(table: Timetable, school: Container[date]) -> OpeningRules:
    """A timetable as the pure rules that it stands for."""
    country = public_holidays(settings.COUNTRY, settings.SUBDIVISION) if table.holidays else frozenset()
    return OpeningRules(
        zone=timezone.get_default_timezone(),
        weekly=tuple(_weekly(block.value) for block in table.weekly),
        specials=tuple(_special(block.value) for block in table.specials),
        days_off=country,
        school_off=school,
        lead=timedelta(hours=table.lead),
        horizon=timedelta(days=table.horizon),
        step=timedelta(minutes=table.step),
        shortest=timedelta(minutes=table.shortest),
        longest=timedelta(minutes=table.longest) if table.longest else None,
        whole=table.whole,
        across=table.across,
        before=timedelta(minutes=table.before),
        after=timedelta(minutes=table.after),
    )


def school_holiday_days() -> DaysOff:
    """Days without school: those the commune keeps, and those of its country where the holidays package knows them."""
    kept = tuple(SchoolHolidays.objects.values_list("first", "last"))
    known = getattr(holidays, settings.COUNTRY, None)
    if known is None or SCHOOL not in known.supported_categories:
        return DaysOff(frozenset(), kept)
    country = holidays.country_holidays(
        settings.COUNTRY, subdiv=settings.SUBDIVISION or None, categories=(SCHOOL,)
    )
    return DaysOff(country, kept)


def _weekly(value) -> WeeklyOpening:
    season = parse_day_and_month(value["season_from"] or ""), parse_day_and_month(value["season_to"] or "")
    return WeeklyOpening(
        days=frozenset(int(day) for day in value["days"]),
        opens=value["opens"],
        closes=value["closes"],
        first=value["first"],
        last=value["last"],
        season=season if all(season) else None,
        school=SchoolHolidayRule(value["school"] or ""),
        count=value["count"],
    )


def _special(value) -> SpecialOpening:
    hours = (value["opens"], value["closes"]) if value["opens"] else None
    return SpecialOpening(value["first"], value["last"], hours, value["count"])


def _rate(value) -> PriceLine:
    return PriceLine(
        entry=value["entry"],
        per=value["per"],
        days=frozenset(int(day) for day in value["days"] or ()) or EVERY_DAY,
        hours=(value["opens"], value["closes"]) if value["opens"] else None,
        who=frozenset(one.strip() for one in value["who"].split(",") if one.strip()),
        deposit=value["deposit"],
        what=value["what"] or "",
        asked=bool(value["asked"]),
    )
