"""Holding, sending, moving and giving back of times; nothing is taken twice."""

from datetime import datetime, timedelta
from functools import partial
from itertools import combinations
from random import Random
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from eservices.bookings import actions
from eservices.bookings.bookable_resources import availability_calendar, bookable_resource
from eservices.bookings.logic.availability import FARTHEST, RefusalReason, TimeSpan
from eservices.bookings.models import BookedPiece, Booking
from tests.factories.accounts import UserFactory
from tests.factories.bookings import counter, hall, resource, tables, timetable, unit, weekly
from tests.factories.submissions import DraftFactory

pytestmark = pytest.mark.django_db


def tomorrow(start: int, end: int, days: int = 1) -> TimeSpan:
    day = timezone.localdate() + timedelta(days=days)
    zone = timezone.get_default_timezone()
    return TimeSpan.of(
        datetime(day.year, day.month, day.day, start, tzinfo=zone),
        datetime(day.year, day.month, day.day, end, tzinfo=zone),
    )


def hold(thing, *spans, draft=None, **more):
    kept = {"field": "salle", "series": uuid4()} | more
    draft = draft or DraftFactory()
    return actions.hold_times(
        actor=None, draft=draft, offer=bookable_resource(thing.key), spans=list(spans), **kept
    )


def test_time_is_held_once():
    room = resource()
    hold(room, tomorrow(9, 11))
    with pytest.raises(actions.TimeTaken):
        hold(room, tomorrow(10, 12))
    hold(room, tomorrow(11, 12))
    assert Booking.objects.count() == 2


def test_draft_keeps_its_hold_if_the_new_time_is_taken():
    room, draft = resource(), DraftFactory()
    hold(room, tomorrow(9, 11), draft=draft)
    hold(room, tomorrow(14, 15))
    with pytest.raises(actions.TimeTaken):
        hold(room, tomorrow(13, 15), draft=draft)
    assert Booking.objects.get(draft=draft).starts_at == tomorrow(9, 11).start
    hold(room, tomorrow(10, 12), draft=draft)
    assert Booking.objects.get(draft=draft).starts_at == tomorrow(10, 12).start


def test_unsent_hold_expires_after_a_quarter_of_an_hour(time_machine):
    room = resource()
    hold(room, tomorrow(9, 11))
    time_machine.move_to(timezone.now() + timedelta(minutes=14))
    with pytest.raises(actions.TimeTaken):
        hold(room, tomorrow(9, 11))
    time_machine.move_to(timezone.now() + timedelta(minutes=2))
    hold(room, tomorrow(9, 11))
    assert Booking.objects.count() == 1
    time_machine.move_to(timezone.now() + timedelta(minutes=16))
    assert (actions.delete_expired_holds(now=timezone.now()), BookedPiece.objects.count()) == (1, 0)


def minutes_left() -> list[int]:
    """Return the minutes left of each hold, in order of their starts."""
    held = Booking.objects.order_by("starts_at").values_list("held_until", flat=True)
    return [(until - timezone.now()) // timedelta(minutes=1) for until in held]


def test_saving_a_time_again_does_not_extend_its_hold(time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    room, draft = resource(), DraftFactory()
    hold(room, tomorrow(9, 11), draft=draft)
    for _ in range(2):
        time_machine.shift(timedelta(minutes=5))
        hold(room, tomorrow(9, 11), draft=draft)  # a page that was never saved names another series each time
    assert minutes_left() == [5]
    hold(room, tomorrow(10, 12), draft=draft)  # an hour of it is held already
    assert minutes_left() == [5]
    hold(room, tomorrow(14, 16), draft=draft)
    assert minutes_left() == [15]
    time_machine.shift(timedelta(minutes=5))
    hold(room, tomorrow(14, 16), tomorrow(14, 16, days=2), draft=draft)
    assert minutes_left() == [10, 15]
    time_machine.shift(timedelta(minutes=11))
    hold(room, tomorrow(14, 16))  # another draft
    with pytest.raises(actions.TimeTaken):
        hold(room, tomorrow(14, 16), draft=draft)


def test_other_room_gets_a_new_hold_unlike_part_of_the_same(time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    (whole, left, _right), other, draft = hall(), resource("autre"), DraftFactory()
    hold(whole, tomorrow(9, 11), draft=draft)
    time_machine.shift(timedelta(minutes=10))
    hold(left, tomorrow(9, 11), draft=draft)
    assert minutes_left() == [5]
    hold(other, tomorrow(9, 11), draft=draft)
    assert minutes_left() == [15]


def test_hold_is_prolonged_up_to_three_quarters_of_an_hour(time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    room, draft = resource(), DraftFactory()
    hold(room, tomorrow(9, 11), draft=draft)
    left = []
    for _ in range(4):
        time_machine.shift(timedelta(minutes=10))
        actions.prolong_holds(actor=None, draft=draft)
        left += minutes_left()
    assert left == [15, 15, 15, 5]
    hold(room, tomorrow(9, 12), draft=draft)
    actions.prolong_holds(actor=None, draft=draft)
    assert minutes_left() == [5]
    time_machine.shift(timedelta(minutes=6))
    actions.prolong_holds(actor=None, draft=draft)
    hold(room, tomorrow(9, 11))  # another draft


def test_hall_takes_its_halves_and_half_takes_the_hall():
    whole, left, right = hall()
    hold(left, tomorrow(9, 11))
    with pytest.raises(actions.TimeTaken):
        hold(whole, tomorrow(10, 12))
    hold(right, tomorrow(9, 11))
    hold(whole, tomorrow(11, 12))
    with pytest.raises(actions.TimeTaken):
        hold(right, tomorrow(11, 12))


def test_forty_tables_are_held_at_most_forty_times():
    thing = tables(40)
    hold(thing, tomorrow(9, 18), count=25)
    hold(thing, tomorrow(9, 18), count=15)
    with pytest.raises(actions.TimeTaken):
        hold(thing, tomorrow(17, 19), count=1)
    assert BookedPiece.objects.count() == 40


def test_counter_has_as_many_appointments_as_desks(time_machine):
    time_machine.move_to(datetime(2026, 3, 2, 9, tzinfo=timezone.get_default_timezone()))
    desks, slot = counter(desks=2), tomorrow(9, 10)
    slot = TimeSpan(slot.start, slot.start + timedelta(minutes=30))
    for _ in range(2):
        hold(desks, slot)
    with pytest.raises(actions.TimeTaken):
        hold(desks, slot)


def test_database_refuses_overlapping_pieces():
    [booking] = hold(resource(), tomorrow(9, 11))
    piece = booking.pieces.get()
    for fields in ({}, {"starts_at": tomorrow(10, 12).start, "ends_at": tomorrow(10, 12).end}):
        twin = BookedPiece(
            booking=booking, unit=piece.unit, number=1, starts_at=piece.starts_at, ends_at=piece.ends_at
        )
        for name, value in fields.items():
            setattr(twin, name, value)
        with pytest.raises(IntegrityError, match="never_twice"), transaction.atomic():
            twin.save()
    after = BookedPiece.objects.create(
        booking=booking,
        unit=piece.unit,
        number=1,
        starts_at=piece.ends_at,
        ends_at=piece.ends_at + timedelta(hours=1),
    )
    with pytest.raises(IntegrityError, match="never_twice"), transaction.atomic():
        BookedPiece.objects.filter(pk=after.pk).update(starts_at=piece.starts_at)
    BookedPiece.objects.filter(pk=after.pk).update(ends_at=after.ends_at + timedelta(hours=1))


def test_moved_booking_frees_its_old_time():
    room, other = resource(), resource("autre")
    [booking] = hold(room, tomorrow(9, 11))
    Booking.objects.update(state="confirmed")
    hold(other, tomorrow(9, 11))
    with pytest.raises(actions.TimeTaken):
        actions.move_booking(
            actor=None, booking=booking, offer=bookable_resource("autre"), span=tomorrow(10, 12)
        )
    actions.move_booking(actor=None, booking=booking, offer=bookable_resource("salle"), span=tomorrow(10, 12))
    hold(room, tomorrow(9, 10))
    with pytest.raises(actions.TimeTaken):
        actions.move_booking(
            actor=None, booking=booking, offer=bookable_resource("salle"), span=tomorrow(6, 8)
        )
    beyond = tomorrow(6, 8, FARTHEST.days + 1)
    with pytest.raises(actions.TimeTaken) as too_far:
        actions.move_booking(
            actor=None, booking=booking, offer=bookable_resource("salle"), span=beyond, ignore_rules=True
        )
    assert too_far.value.reason == RefusalReason.HORIZON
    moved = actions.move_booking(
        actor=None, booking=booking, offer=bookable_resource("salle"), span=tomorrow(6, 8), ignore_rules=True
    )
    assert (moved.starts_at, moved.sequence) == (tomorrow(6, 8).start, 2)


def test_cancelled_or_refused_booking_is_free_again():
    room = resource()
    [booking] = hold(room, tomorrow(9, 11))
    Booking.objects.update(state="provisional")
    actions.refuse_booking(actor=None, booking=booking)
    [other] = hold(room, tomorrow(9, 11))
    Booking.objects.filter(pk=other.pk).update(state="confirmed")
    actions.cancel_booking(actor=None, booking=other)
    hold(room, tomorrow(9, 11))
    with pytest.raises(actions.BookingActionRefused):
        actions.cancel_booking(actor=None, booking=other)


def test_units_of_a_resource_are_read_once_per_request():
    room, draft = resource(), DraftFactory()
    bookable_resource(room.key)
    with CaptureQueriesContext(connection) as queries:
        hold(room, *(tomorrow(9, 10, days) for days in range(1, 9)), draft=draft)
    assert BookedPiece.objects.count() == 8
    assert sum('FROM "eservices_bookings_resourceunit"' in one["sql"] for one in queries) == 1


def test_holds_of_an_address_are_limited():
    room = resource("salle", table=timetable(weekly("00:00", "00:00"), lead=0))
    for hour in range(15):
        hold(room, tomorrow(hour, hour + 1), caller="192.0.2.7")
    with pytest.raises(actions.HoldLimitReached):
        hold(room, tomorrow(20, 21), caller="192.0.2.7")
    hold(room, tomorrow(20, 21), caller="192.0.2.8")
    assert not Booking.objects.filter(held_by__contains="192.0.2").exists()


@pytest.mark.parametrize(("who", "most"), [("person", 110), ("address", 220)])
def test_holds_in_few_requests_are_limited(who, most):
    thing = resource("tables", unit("tables", 40), table=timetable(holidays=False), counted=True)
    user = UserFactory() if who == "person" else None
    known = {"caller": "192.0.2.7"} if who == "address" else {}

    def held(days: range):
        draft = DraftFactory(user=user)
        return hold(thing, *(tomorrow(9, 10, day) for day in days), draft=draft, **known)

    first = held(range(1, most // 2 + 1))
    with pytest.raises(actions.HoldLimitReached):
        held(range(1, most // 2 + 2))
    held(range(1, most // 2 + 1))
    again = {"draft": first[0].draft} | known
    hold(
        thing, *(tomorrow(11, 12, day) for day in range(1, most // 2 + 1)), **again
    )  # instead of the draft's own hold
    assert Booking.objects.count() == most


def test_rehearsal_takes_no_pieces():
    room = resource()
    hold(room, tomorrow(9, 11), draft=DraftFactory(version__kind="rehearsal"))
    hold(room, tomorrow(9, 11))
    assert BookedPiece.objects.count() == 1


def test_random_requests_get_exactly_what_the_calendar_offers():
    chance = Random(6)
    desks = timetable(weekly("08:00", "12:00"), weekly("12:00", "18:00", count=1), after=15, step=60)
    things = [*hall(), tables(6), resource("guichet", unit("guichets", 2), table=desks)]
    drafts, given, refused = DraftFactory.create_batch(4), 0, 0
    for number in range(60):
        thing = bookable_resource(chance.choice(things).key)
        start = chance.randint(7, 17)
        span, count = tomorrow(start, start + chance.randint(1, 3)), chance.choice([1, 1, 2, 3])
        count = count if thing.counted else 1
        expected = availability_calendar(thing, span, count=count).refusal(span)
        kept = {"field": f"q{number}", "series": uuid4(), "count": count}
        asked = partial(
            actions.hold_times, actor=None, draft=chance.choice(drafts), offer=thing, spans=[span], **kept
        )
        if expected is None:
            asked()
            given += 1
            continue
        with pytest.raises(actions.TimeTaken) as why:
            asked()
        assert why.value.reason == expected
        refused += 1
    assert given > 10 < refused
    taken = BookedPiece.objects.values_list("unit", "number", "starts_at", "ends_at")
    for one, other in combinations(taken, 2):
        assert one[:2] != other[:2] or one[3] <= other[2] or other[3] <= one[2]
