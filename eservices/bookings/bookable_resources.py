"""Cache of everything bookable, per site version: rules, units, prices and texts, without a query."""

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

import holidays
from django.conf import settings
from django.db.models import F
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from holidays.constants import SCHOOL
from wagtail.images.models import AbstractImage

from home.caching import site_version
from home.localization.times import format_time
from home.localization.working_days import DaysOff, public_holidays
from home.models import CommuneSettings

from .blocks import WHAT, parse_day_and_month
from .logic.availability import (
    AvailabilityCalendar,
    Occupation,
    OfficeHours,
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
    """A piece that is reserved for a waiting entry; ``around``: its ``time`` with buffers before and after."""

    unit: int
    number: int
    time: TimeSpan
    around: TimeSpan


@dataclass(frozen=True)
class ResourceTexts:
    """The texts of a resource in one language."""

    title: str
    summary: str = ""
    place: str = ""
    equipment: tuple[str, ...] = ()
    rules: str = ""
    keys: str = ""
    documents: tuple[tuple[str, str], ...] = ()  # title and URL
    picture: AbstractImage | None = None


@dataclass(frozen=True)
class BookableResource:
    """A resource as bookings need it, without model instances.

    ``needs``: pieces of each unit that one booking takes; ``quantities``: pieces that exist.
    """

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
    refunds: tuple[tuple[int, int], ...] = ()  # days before it begins, per cent of the price that is refunded

    def texts_in(self, language: str) -> ResourceTexts:
        """Return the texts in ``language``, else in the default language, else just the name."""
        return self.words.get(language) or self.words.get(settings.LANGUAGE_CODE) or ResourceTexts(self.name)

    def quantities_for(self, count: int) -> dict[int, int]:
        """Return the pieces of each unit that ``count`` of it take."""
        return {unit: quantity * count for unit, quantity in self.needs.items()}

    def opened(self, days: Iterable[date]) -> timedelta | None:
        """Return how long it is open on some days, weighted by its open pieces; None if all pieces always are."""
        if not self.rules.counts:
            return None
        pieces = min(self.quantities.values(), default=1)
        lengths = (open_length(self.rules.counted_windows(day), pieces) for day in days)
        return sum(lengths, timedelta())

    @property
    def extras(self) -> tuple[str, ...]:
        """The extras that can be ticked, without duplicates."""
        return tuple(dict.fromkeys(rate.what for rate in self.rates if rate.asked))

    @property
    def most(self) -> int:
        """The largest number that can be booked at the same time."""
        return min((self.quantities[unit] // quantity for unit, quantity in self.needs.items()), default=0)

    @property
    def fixed(self) -> bool:
        """True if it always takes the same time, so that a start is enough to choose a time."""
        return self.rules.whole or self.rules.longest == self.rules.shortest


def bookable_resources() -> dict[str, BookableResource]:
    """Return everything that is or was bookable, by key."""
    return _offers(site_version.current_version())


def bookable_resource(key: str) -> BookableResource | None:
    return bookable_resources().get(key)


def resources_sharing_units(wanted: Iterable[BookableResource]) -> dict[int, BookableResource]:
    """Return the resources that take a unit of these, themselves included, by id. Example: a hall and its halves."""
    units = {unit for offer in wanted for unit in offer.needs}
    return {one.pk: one for one in bookable_resources().values() if units & one.needs.keys()}


def extra_label(key: str) -> str:
    """Return the label of a price's purpose in the active language, else the default language, else its key."""
    labels = _extras(site_version.current_version()).get(key, {})
    return labels.get(get_language() or "") or labels.get(settings.LANGUAGE_CODE) or str(WHAT.get(key, key))


def unknown_extras(wanted: Iterable[BookableResource]) -> list[str]:
    """Return keys of extras that prices of some resources name but that do not exist any more."""
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
    """Return the availability of a resource within ``span``.

    ``without``: a series of bookings to ignore, usually the applicant's own. ``promised``: the pieces promised to
    waiting entries; read now if None.
    """
    found = occupied_pieces([offer], span, without=without, promised=promised)
    return AvailabilityCalendar(offer.rules, found, offer.quantities_for(count), now or timezone.now())


def occupied_pieces(
    wanted: Iterable[BookableResource],
    span: TimeSpan,
    *,
    without: UUID | None = None,
    promised: Iterable[PromisedPiece] | None = None,
) -> Occupation:
    """Return what is taken of the units of some resources within ``span``, buffers included.

    Free pieces ``promised`` to waiting entries count as taken.
    """
    wanted = list(wanted)
    found = _occupation(wanted, span, without)
    for one in promised_pieces(wanted, span) if promised is None else promised:
        found.take(one.unit, one.number, one.around)
    return found


def promised_pieces(wanted: Iterable[BookableResource], span: TimeSpan) -> list[PromisedPiece]:
    """Return the free pieces reserved for waiting entries, in their order, because they will be offered to them.

    An entry whose time is taken in part reserves nothing. One query if there are no entries, else three.
    """
    wanted, now = list(wanted), timezone.now()
    known = resources_sharing_units(wanted)
    room = max((max(one.rules.before, one.rules.after) for one in known.values()), default=timedelta())
    reach = _with_longest_buffers(wanted, span).widened(room, room)
    queue = WaitingEntry.objects.waiting().filter(resource__in=known, starts_at__gt=now)
    queue = queue.filter(starts_at__lt=reach.end, ends_at__gt=reach.start).order_by("created_at", "pk")
    rows = queue.values_list("resource", "count", "starts_at", "ends_at")
    asked = [(known[pk], count, TimeSpan(*ends)) for pk, count, *ends in rows]
    if not asked:
        return []
    whole = TimeSpan.over(one for *_who, one in asked)
    found, promised = _occupation([offer for offer, *_rest in asked], whole), []
    for offer, count, time in asked:
        free = AvailabilityCalendar(offer.rules, found, offer.quantities_for(count), now)
        pieces = None if free.refusal(time) else free.choice(time)
        for unit, number in ((unit, number) for unit, some in (pieces or {}).items() for number in some):
            one = PromisedPiece(unit, number, time, offer.rules.around(time))
            found.take(unit, number, one.around)
            promised.append(one)
    return promised


def _with_longest_buffers(wanted: list[BookableResource], span: TimeSpan) -> TimeSpan:
    """Extend a time by the longest buffers of some resources."""
    return TimeSpan.over([span, *(offer.rules.around(span) for offer in wanted)])


def _occupation(wanted: list[BookableResource], span: TimeSpan, without: UUID | None = None) -> Occupation:
    """Return what bookings and blocked times take, without waiting entries."""
    quantities = {unit: number for offer in wanted for unit, number in offer.quantities.items()}
    around = _with_longest_buffers(wanted, span)
    pieces = BookedPiece.objects.overlapping(quantities, around.start, around.end).without_expired_holds(
        timezone.now()
    )
    if without:
        pieces = pieces.exclude(booking__series=without)
    fields = ["unit", "number", "starts_at", "ends_at"]
    # Bookings on pieces that the next opening lacks must count there without their buffers.
    if any(offer.rules.counts for offer in wanted):
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
    """Return the time from the first to the last day, with a margin for times that began a day earlier."""
    start = datetime(first.year, first.month, first.day, tzinfo=zone) - timedelta(days=1)
    end = datetime(last.year, last.month, last.day, tzinfo=zone) + timedelta(days=3)
    return TimeSpan(start.astimezone(UTC), end.astimezone(UTC))


# -- Loading -------------------------------------------------------------------------------------------------
@lru_cache(maxsize=2)
def _offers(generation: str) -> dict[str, BookableResource]:
    words, found = _texts_by_resource(), _with_units()
    tables = {one.timetable_id: one.timetable for one, _units in found}
    school = school_holiday_days() if any(map(_depends_on_school, tables.values())) else frozenset()
    rules = {pk: opening_rules_of(table, school) for pk, table in tables.items()}
    office = office_hours() if any(map(keeps_office_hours, (one for one, _units in found))) else None

    def rules_of(one: Resource) -> OpeningRules:
        own = rules[one.timetable_id]
        return replace(own, office=office) if keeps_office_hours(one) else own

    return {one.key: _offer(one, units, rules_of(one), words.get(one.pk, {})) for one, units in found}


def stored_rules_of(resource: Resource) -> OpeningRules:
    """Return the opening rules of one resource as it is stored now, without school holidays."""
    rules = opening_rules_of(resource.timetable, frozenset())
    return replace(rules, office=office_hours()) if keeps_office_hours(resource) else rules


def office_hours_warning(rules: Iterable[OpeningRules]) -> str:
    """Return which weekly openings of appointments lie outside the counter's hours; "" if none does."""
    outside = [
        f"{WEEKDAYS[day]} {format_time(opens)}–{format_time(closes)}"
        for one in rules
        for day, opens, closes in one.hours_outside_office
    ]
    text = _("The counter is closed then, and no appointment is offered: %(hours)s.")
    return text % {"hours": "; ".join(dict.fromkeys(outside))} if outside else ""


def keeps_office_hours(resource: Resource) -> bool:
    """Return whether the resource is offered only while the counter is open: appointments, unless told otherwise."""
    return resource.kind == Resource.Kind.APPOINTMENT and not resource.timetable.outside_office


def office_hours() -> OfficeHours | None:
    """Return the opening hours of the commune's counter; None if they are not entered."""
    commune = CommuneSettings.current()
    if not commune.spans:
        return None
    return OfficeHours(
        weekly=tuple((one.day, one.opens, one.closes) for one in commune.spans),
        exceptions=tuple((one.day, one.opens, one.closes) for one in commune.others),
        closures=tuple(commune.closed_periods),
        days_off=public_holidays(settings.COUNTRY, settings.SUBDIVISION),
    )


def _with_units() -> list[tuple[Resource, list[tuple[int, int, int]]]]:
    """Return every resource with id, wanted and existing pieces of each of its units, in one query."""
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
    """Return the labels of extras by key and language."""
    found: dict[str, dict[str, str]] = {}
    for one in BookingExtra.objects.select_related("locale"):
        found.setdefault(one.key, {})[one.locale.language_code] = one.title
    return found


def _texts_by_resource() -> dict[int, dict[str, ResourceTexts]]:
    found: dict[int, dict[str, ResourceTexts]] = {}
    for one in ResourceDescription.objects.select_related("locale", "picture"):
        found.setdefault(one.resource_id, {})[one.locale.language_code] = _resource_texts(one)
    return found


def _resource_texts(one: ResourceDescription) -> ResourceTexts:
    return ResourceTexts(
        title=one.title,
        summary=one.summary,
        place=one.place,
        equipment=tuple(line.strip() for line in one.equipment.splitlines() if line.strip()),
        rules=one.rules,
        keys=one.keys,
        documents=tuple((block.value.title, block.value.url) for block in one.documents if block.value),
        picture=one.picture,
    )


def _depends_on_school(table: Timetable) -> bool:
    return any(block.value["school"] for block in table.weekly)


def opening_rules_of(table: Timetable, school: Container[date]) -> OpeningRules:
    """Convert a timetable to opening rules without model instances."""
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
    """Return days without school: the commune's, and those of the country if the holidays package has them."""
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
