"""The editors' screens of what can be booked; what is booked already keeps what was promised."""

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield
from wagtail_localize.segments.extract import extract_segments

from eservices.bookings import actions
from eservices.bookings.bookable_resources import bookable_resource
from eservices.bookings.logic.availability import RefusalReason, TimeSpan
from eservices.bookings.models import (
    BlockedTime,
    BookedPiece,
    Booking,
    BookingExtra,
    ImportedCalendar,
    Resource,
    ResourceDescription,
    ResourceUnit,
    SchoolHolidays,
    Timetable,
    Unit,
)
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.bookings import booking, described, hall, resource, tables, unit
from tests.factories.home import locale
from tests.factories.payments import entry

pytestmark = pytest.mark.django_db

ZONE = timezone.get_default_timezone()
EVENING = ("2026-03-10T18:00", "2026-03-10T20:00")


@pytest.fixture(autouse=True)
def _monday(time_machine):
    time_machine.move_to(datetime(2026, 3, 2, 9, tzinfo=ZONE), tick=False)


@pytest.fixture
def editor(client):
    client.force_login(SuperuserFactory())
    return client


def screen(model, *args) -> str:
    name = "edit" if args else "add"
    return reverse(model.snippet_viewset.get_url_name(name), args=args)


WEEKLY = {"days": "0", "opens": "08:00", "closes": "12:00"}
RATE = {"entry": "sono", "per": "time", "what": "", "asked": "on", "who": "", "opens": "", "closes": ""}
JULY = {"first": "2026-07-01", "last": "2026-07-31"}
FULL = {
    Unit: {"name": "Scène", "key": "scene", "quantity": 1},
    Timetable: {
        "name": "Été",
        "weekly": streamfield([("weekly", WEEKLY)]),
        "specials": streamfield([("special", JULY)]),
        "lead": 24,
        "horizon": 365,
        "step": 30,
        "shortest": 60,
        "before": 0,
        "after": 0,
    },
    Resource: {
        "name": "Halle",
        "key": "halle",
        "kind": "room",
        "timetable": Timetable,
        "uses": inline_formset([{"unit": Unit, "quantity": 1}]),
        "rates": streamfield([("rate", RATE | {"what": "sono"})]),
        "refunds": streamfield([("step", {"days": 14, "percent": 100})]),
        "change_until": 24,
        "remind_before": 48,
    },
    ResourceDescription: {
        "resource": Resource,
        "title": "Salle",
        "rules": rich_text("<p>Sans feu</p>"),
        "documents": streamfield([]),
    },
    BlockedTime: {
        "unit": Unit,
        "starts_at": "2026-03-10 08:00",
        "ends_at": "2026-03-10 12:00",
        "reason": "Peinture",
    },
    BookingExtra: {"title": "Beamer", "key": "beamer"},
    ImportedCalendar: {"name": "École", "unit": Unit, "url": "https://ecole.example/a.ics"},
    SchoolHolidays: {"name": "Octobre", "first": "2026-10-10", "last": "2026-10-25"},
}
WRONG = [
    (Unit, {"quantity": 0}),
    (Timetable, {"longest": 30}),
    (Timetable, {"weekly": streamfield([("weekly", WEEKLY | {"opens": "x"})])}),
    (Timetable, {"weekly": streamfield([("weekly", WEEKLY | {"season_from": "31.2."})])}),
    (Timetable, {"weekly": streamfield([("weekly", WEEKLY | {"count": 0})])}),
    (Timetable, {"specials": streamfield([("special", JULY | {"last": "2026-06-30"})])}),
    (Resource, {"uses": inline_formset([])}),
    (Resource, {"refunds": streamfield([("step", {"days": 1, "percent": 101})])}),
    (Resource, {"key": "pas une clé"}),
    (Resource, {"rates": streamfield([("rate", RATE)])}),  # nothing that could be ticked
    (ResourceDescription, {"title": ""}),
    (BookingExtra, {"key": "x y"}),
    (BlockedTime, {"ends_at": "2026-03-10 07:00"}),
    (ImportedCalendar, {"url": "file:///etc/passwd"}),
    (SchoolHolidays, {"last": "2026-10-01"}),
]


def typed(model, **changes) -> dict:
    """What is typed into a new screen; right as it stands."""
    data = nested_form_data(FULL[model] | changes)
    return {name: said.objects.get().pk if isinstance(said, type) else said for name, said in data.items()}


def test_each_screen_opens_refuses_what_is_wrong_and_saves_what_is_right(editor):
    locale()
    resource()
    entry("sono", 4_000)
    BookingExtra.objects.create(key="sono", title="Sono", locale=locale())
    for model, wrong in WRONG:
        before = model.objects.count()
        answer = editor.post(screen(model), typed(model, **wrong))
        assert (answer.status_code, model.objects.count()) == (200, before), (model, wrong)
        assert not answer.context["form"].is_valid(), (model, wrong)
    for model in reversed(FULL):  # units, timetables and resources last: the others name the only one
        assert editor.get(screen(model)).status_code == 200
        before = model.objects.count()
        assert editor.post(screen(model), typed(model)).status_code == 302, model
        assert model.objects.count() == before + 1
        assert editor.get(screen(model, model.objects.latest("pk").pk)).status_code == 200
        assert editor.get(reverse(model.snippet_viewset.get_url_name("list"))).status_code == 200


@pytest.mark.parametrize(
    ("role", "keeps", "deletes"), [("moderators", 7, True), ("editors", 7, False), ("agents", 0, False)]
)
def test_editors_keep_what_can_be_booked_and_agents_do_not(client, role, keeps, deletes):
    locale()
    one = resource()
    client.force_login(UserFactory(is_staff=True, roles=[role]))
    opened = [model for model in FULL if client.get(screen(model)).status_code == 200]
    assert len(opened) == keeps
    assert ImportedCalendar not in opened  # which addresses the server calls is for who runs the site
    menu = client.get("/admin/").text
    assert ("/admin/snippets/eservices_bookings/resource/" in menu) == bool(keeps)
    delete = client.get(reverse(Resource.snippet_viewset.get_url_name("delete"), args=[one.pk]))
    assert (delete.status_code == 200) == deletes


def test_what_has_bookings_is_not_deleted_and_what_has_none_is(editor):
    booked, free = resource(), resource("jardin")
    booking(booked, *EVENING)
    for one in (booked, free):
        url = reverse(Resource.snippet_viewset.get_url_name("delete"), args=[one.pk])
        answer = editor.post(url, follow=True)
        assert answer.status_code == 200
        assert ("n’est pas supprimé" in answer.text) is (one == booked)
    assert list(Resource.objects.all()) == [booked]


# -- What is booked follows what it is booked of -------------------------------------------------------------
def saves(client, thing: Resource, *units: tuple):
    """The screen of a thing is saved with these units and numbers of them."""
    known = dict(thing.uses.values_list("unit", "pk"))
    rows = [{"unit": one.pk, "quantity": quantity, "id": known.get(one.pk, "")} for one, quantity in units]
    data = {
        "name": thing.name,
        "key": thing.key,
        "kind": thing.kind,
        "timetable": thing.timetable_id,
        **({"counted": "on"} if thing.counted else {}),
        "uses": inline_formset(rows, initial=len(known)),
        "rates": streamfield([]),
        "refunds": streamfield([]),
        "change_until": 24,
        "remind_before": 48,
    }
    return client.post(screen(Resource, thing.pk), nested_form_data(data))


def test_a_part_that_is_added_belongs_to_what_is_booked_of_the_whole_already(editor):
    whole, _left, _right = hall()
    kitchen = resource("cuisine", unit("cuisine"))
    party = booking(whole, *EVENING)
    over = booking(whole, "2026-02-10T18:00", "2026-02-10T20:00")
    answer = saves(editor, whole, (unit("gauche"), 1), (unit("droite"), 1), (unit("cuisine"), 1))
    assert answer.status_code == 302
    assert party.pieces.count() == 3
    assert over.pieces.count() == 2  # it is over
    with pytest.raises(actions.TimeTaken):
        booking(kitchen, *EVENING)


def test_a_part_is_not_added_where_somebody_has_it_and_the_bookings_are_named(editor):
    whole, _left, _right = hall()
    kitchen = resource("cuisine", unit("cuisine"))
    booking(whole, *EVENING)
    booking(whole, "2026-03-12T18:00", "2026-03-12T20:00")
    booking(kitchen, *EVENING)
    answer = saves(editor, whole, (unit("gauche"), 1), (unit("droite"), 1), (unit("cuisine"), 1))
    assert answer.status_code == 200
    assert "10 mars 2026, 18" in answer.text
    assert "12 mars" not in answer.text
    assert (whole.uses.count(), BookedPiece.objects.count()) == (2, 5)
    BlockedTime.objects.create(
        unit=unit("cuisine"),
        starts_at=datetime(2026, 3, 12, tzinfo=ZONE),
        ends_at=datetime(2026, 3, 13, tzinfo=ZONE),
        reason="Peinture",
    )
    answer = saves(editor, whole, (unit("gauche"), 1), (unit("droite"), 1), (unit("cuisine"), 1))
    assert "12 mars 2026, 18" in answer.text


def test_more_pieces_of_a_unit_are_taken_for_each_that_is_booked(editor):
    sets = tables(6)  # a table each, then two
    three = booking(sets, *EVENING, count=3)
    assert saves(editor, sets, (unit("tables"), 2)).status_code == 302
    assert sorted(three.pieces.values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6]
    assert saves(editor, sets, (unit("tables"), 3)).status_code == 200
    assert sets.uses.get().quantity == 2


def test_what_is_booked_follows_in_as_many_queries_however_much_it_is():
    rooms = [resource(key, unit(key, 2)) for key in ("basse", "haute")]
    counted = []
    for room, last in zip(rooms, (12, 20), strict=True):
        desks, kitchen = unit(room.key), unit(f"cuisine-{room.key}")
        for day in range(10, last):
            first, _second = (booking(room, *(f"2026-03-{day}T{hour}:00" for hour in (18, 20))) for _ in "ab")
            actions.cancel_booking(actor=None, booking=first)
        with CaptureQueriesContext(connection) as queries:
            Unit.objects.filter(pk=desks.pk).update(quantity=1)
            assert actions.reassign_pieces(actor=None, unit=desks) == 0
            with actions.changing_units(actor=None, resource=room, units=[kitchen.pk]):
                ResourceUnit.objects.create(resource=room, unit=kitchen)
        counted.append(len(queries))
        numbers = BookedPiece.objects.filter(booking__resource=room).values_list("unit", "number")
        assert sorted(numbers) == sorted([(desks.pk, 1), (kitchen.pk, 1)] * (last - 10))
    assert counted[0] == counted[1]


def test_who_saw_the_thing_before_it_was_changed_does_not_book_it_as_it_was():
    whole, _left, _right = hall()
    seen = bookable_resource(whole.key)
    with actions.changing_units(actor=None, resource=whole, units=[unit("cuisine").pk]):
        ResourceUnit.objects.create(resource=whole, unit=unit("cuisine"), quantity=1)
    day = TimeSpan.of(*(datetime.fromisoformat(at).replace(tzinfo=ZONE) for at in EVENING))
    with pytest.raises(actions.TimeTaken) as why:
        actions.create_internal_booking(actor=None, offer=seen, span=day, title="Bal")
    assert why.value.reason == RefusalReason.CHANGED
    actions.create_internal_booking(actor=None, offer=bookable_resource(whole.key), span=day, title="Bal")
    assert BookedPiece.objects.count() == 3


def test_of_what_there_is_less_bookings_get_other_pieces_and_for_whom_there_is_none_is_said(editor):
    desks = unit("bureaux", quantity=3)
    one, other = (resource(key, desks) for key in ("un", "autre"))
    first = booking(one, *EVENING)
    second = booking(other, *EVENING)
    later = booking(one, "2026-03-10T19:00", "2026-03-10T21:00")
    actions.cancel_booking(actor=None, booking=second)
    data = {"name": "Bureaux", "key": "bureaux"}
    assert editor.post(screen(Unit, desks.pk), data | {"quantity": 2}).status_code == 302
    assert (first.pieces.get().number, later.pieces.get().number) == (1, 2)
    answer = editor.post(screen(Unit, desks.pk), data | {"quantity": 1}, follow=True)
    assert "1 réservation" in answer.text
    assert Booking.objects.get(pk=later.pk).pieces.get().number == 2


def test_a_desk_that_is_gone_is_not_given_again_when_somebody_else_cancels(editor):
    desks = unit("bureaux", quantity=3)
    counter = resource("guichet", desks)
    first, second, third = (booking(counter, *EVENING) for _ in range(3))
    data = {"name": "Bureaux", "key": "bureaux", "quantity": 2}
    assert editor.post(screen(Unit, desks.pk), data).status_code == 302
    actions.cancel_booking(actor=None, booking=first)
    with pytest.raises(actions.TimeTaken):  # two people come to two desks
        booking(counter, *EVENING)
    assert third.pieces.get().number == 3
    actions.cancel_booking(actor=None, booking=second)
    assert booking(counter, *EVENING).pieces.get().number == 1


# -- How many are open at which hour ---------------------------------------------------------------------------
def test_at_noon_only_the_desks_that_are_open_are_given_and_staff_goes_past_it_once_it_says_so(editor):
    locale()
    lines = [
        ("weekly", WEEKLY | {"days": "1"}),
        ("weekly", {"days": "1", "opens": "12:00", "closes": "14:00", "count": 1}),
    ]
    lengths = {"lead": 0, "step": 30, "shortest": 30, "longest": 30}
    editor.post(screen(Timetable), typed(Timetable, weekly=streamfield(lines), **lengths))
    table = Timetable.objects.get()
    counter = resource("guichet", unit("guichets", 2), table=table, kind="appointment")
    morning, noon = (
        TimeSpan.of(*(datetime(2026, 3, 10, hour, minute, tzinfo=ZONE) for minute in (0, 30)))
        for hour in (11, 12)
    )
    for _ in range(2):
        actions.create_internal_booking(
            actor=None, offer=bookable_resource("guichet"), span=morning, title="Passeport"
        )
    actions.create_internal_booking(
        actor=None, offer=bookable_resource("guichet"), span=noon, title="Passeport"
    )
    with pytest.raises(actions.TimeTaken):
        actions.create_internal_booking(
            actor=None, offer=bookable_resource("guichet"), span=noon, title="Passeport"
        )
    data = {"resource": "guichet", "starts_at": "2026-03-10T12:00", "ends_at": "2026-03-10T12:30"}
    assert 'name="anyway"' in editor.post("/admin/bookings/new/", data).text
    assert editor.post("/admin/bookings/new/", data | {"anyway": "on"}).status_code == 302
    assert sorted(BookedPiece.objects.filter(starts_at=noon.start).values_list("number", flat=True)) == [1, 2]
    outside = editor.get("/admin/bookings/outside/").text
    assert outside.count("moins") == 1
    assert 'name="anyway"' not in editor.post("/admin/bookings/new/", data).text  # nobody goes past two
    assert counter.bookings.count() == 4


@pytest.mark.parametrize(("language", "word"), [("fr", "rappel"), ("de", "Erinnerung"), ("it", "promemoria")])
def test_the_reminder_of_a_booking_is_no_dunning_letter(language, word):
    with translation.override(language):
        assert str(Resource._meta.get_field("remind_before").verbose_name) == word


def test_all_that_is_said_of_a_thing_is_given_to_the_translator():
    document = described(resource())
    segments = extract_segments(ResourceDescription.objects.get(title="Grande salle"))
    said = {"title", "summary", "place", "equipment", "rules", "documents"}
    assert said <= {one.path.split(".")[0] for one in segments}
    [chosen] = [one for one in segments if one.path.startswith("documents.")]
    assert chosen.data == document.pk  # another one may be chosen for a language
