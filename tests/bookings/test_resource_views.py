"""Editors' views of resources, units and timetables; existing bookings keep what was promised."""

from datetime import date, datetime, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield
from wagtail_localize.segments.extract import extract_segments

from eservices.bookings import actions
from eservices.bookings.bookable_resources import bookable_resource, office_hours_warning, stored_rules_of
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
from tests.factories.bookings import booking, described, hall, resource, tables, timetable, unit, weekly
from tests.factories.home import CommuneSettingsFactory, locale
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
    (Resource, {"rates": streamfield([("rate", RATE)])}),  # no text that could be ticked
    (ResourceDescription, {"title": ""}),
    (BookingExtra, {"key": "x y"}),
    (BlockedTime, {"ends_at": "2026-03-10 07:00"}),
    (ImportedCalendar, {"url": "file:///etc/passwd"}),
    (SchoolHolidays, {"last": "2026-10-01"}),
]


def typed(model, **changes) -> dict:
    """Return the form data of a new object, valid unless ``changes`` make it wrong."""
    data = nested_form_data(FULL[model] | changes)
    return {name: said.objects.get().pk if isinstance(said, type) else said for name, said in data.items()}


def test_editor_views_refuse_wrong_and_save_valid_data(editor):
    locale()
    resource()
    entry("sono", 4_000)
    BookingExtra.objects.create(key="sono", title="Sono", locale=locale())
    for model, wrong in WRONG:
        before = model.objects.count()
        answer = editor.post(screen(model), typed(model, **wrong))
        assert (answer.status_code, model.objects.count()) == (200, before), (model, wrong)
        assert not answer.context["form"].is_valid(), (model, wrong)
    for model in reversed(
        FULL
    ):  # units, timetables and resources last, because the others refer to the only one
        assert editor.get(screen(model)).status_code == 200
        before = model.objects.count()
        assert editor.post(screen(model), typed(model)).status_code == 302, model
        assert model.objects.count() == before + 1
        assert editor.get(screen(model, model.objects.latest("pk").pk)).status_code == 200
        assert editor.get(reverse(model.snippet_viewset.get_url_name("list"))).status_code == 200


@pytest.mark.parametrize(
    ("role", "keeps", "deletes"), [("moderators", 7, True), ("editors", 7, False), ("agents", 0, False)]
)
def test_editors_manage_resources_and_agents_do_not(client, role, keeps, deletes):
    locale()
    one = resource()
    client.force_login(UserFactory(is_staff=True, roles=[role]))
    opened = [model for model in FULL if client.get(screen(model)).status_code == 200]
    assert len(opened) == keeps
    assert ImportedCalendar not in opened  # only superusers decide which addresses the server fetches
    menu = client.get("/admin/").text
    assert ("/admin/snippets/eservices_bookings/resource/" in menu) == bool(keeps)
    delete = client.get(reverse(Resource.snippet_viewset.get_url_name("delete"), args=[one.pk]))
    assert (delete.status_code == 200) == deletes


def test_only_resources_without_bookings_can_be_deleted(editor):
    booked, free = resource(), resource("jardin")
    booking(booked, *EVENING)
    for one in (booked, free):
        url = reverse(Resource.snippet_viewset.get_url_name("delete"), args=[one.pk])
        answer = editor.post(url, follow=True)
        assert answer.status_code == 200
        assert ("n’est pas supprimé" in answer.text) is (one == booked)
    assert list(Resource.objects.all()) == [booked]


# -- Bookings follow changes of their resource --------------------------------------------------------------
def saves(client, thing: Resource, *units: tuple):
    """Save the resource's edit view with these pairs of unit and quantity."""
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


def test_added_unit_is_taken_by_existing_bookings(editor):
    whole, _left, _right = hall()
    kitchen = resource("cuisine", unit("cuisine"))
    party = booking(whole, *EVENING)
    over = booking(whole, "2026-02-10T18:00", "2026-02-10T20:00")
    answer = saves(editor, whole, (unit("gauche"), 1), (unit("droite"), 1), (unit("cuisine"), 1))
    assert answer.status_code == 302
    assert party.pieces.count() == 3
    assert over.pieces.count() == 2  # it has ended
    with pytest.raises(actions.TimeTaken):
        booking(kitchen, *EVENING)


def test_unit_is_not_added_if_another_booking_has_it(editor):
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


def test_more_pieces_per_unit_are_taken_for_each_booking(editor):
    sets = tables(6)  # one table each, then two
    three = booking(sets, *EVENING, count=3)
    assert saves(editor, sets, (unit("tables"), 2)).status_code == 302
    assert sorted(three.pieces.values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6]
    assert saves(editor, sets, (unit("tables"), 3)).status_code == 200
    assert sets.uses.get().quantity == 2


def test_changed_units_need_constant_queries():
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


def test_outdated_resource_cannot_be_booked():
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


def test_reduced_quantity_reassigns_pieces_and_counts_the_rest(editor):
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


def test_removed_desk_is_not_booked_again_after_cancellation(editor):
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


# -- Pieces open by hour ---------------------------------------------------------------------------------------
def test_fewer_open_desks_can_be_exceeded_by_staff_only(editor):
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
    assert 'name="anyway"' not in editor.post("/admin/bookings/new/", data).text  # two is the limit
    assert counter.bookings.count() == 4


@pytest.mark.parametrize(("language", "word"), [("fr", "rappel"), ("de", "Erinnerung"), ("it", "promemoria")])
def test_booking_reminder_is_not_called_a_dunning_letter(language, word):
    with translation.override(language):
        assert str(Resource._meta.get_field("remind_before").verbose_name) == word


def test_resource_description_is_translatable():
    document = described(resource())
    segments = extract_segments(ResourceDescription.objects.get(title="Grande salle"))
    said = {"title", "summary", "place", "equipment", "rules", "documents"}
    assert said <= {one.path.split(".")[0] for one in segments}
    [chosen] = [one for one in segments if one.path.startswith("documents.")]
    assert chosen.data == document.pk  # each language may have another document


def test_appointments_outside_the_opening_hours_are_announced(client):
    """Editors are warned of a timetable that the counter's hours cut, unless it applies outside them too."""
    opening = {"type": "opening", "value": {"day": "0", "opens": "08:00", "closes": "11:30"}}
    CommuneSettingsFactory(hours=[opening])
    table = timetable(weekly("08:00", "12:00", days="01"))
    desk = resource("guichet", unit("guichets", 2), table=table, kind="appointment")
    monday, tuesday = date(2026, 3, 9), date(2026, 3, 10)
    windows = bookable_resource("guichet").rules.windows(monday)
    assert [one.end.astimezone(ZONE).time() for one in windows] == [time(11, 30)]
    assert bookable_resource("guichet").rules.windows(tuesday) == []
    with translation.override("fr"):
        warning = office_hours_warning([stored_rules_of(desk)])
        assert "lundi 8\xa0h–12\xa0h; mardi" in warning
    hall_of_same_hours = resource("salle", unit("salle"), table=table)
    assert office_hours_warning([stored_rules_of(hall_of_same_hours)]) == ""
    assert bookable_resource("salle").rules.windows(tuesday)
    table.outside_office = True
    table.save()
    desk.refresh_from_db()
    assert office_hours_warning([stored_rules_of(desk)]) == ""
    assert bookable_resource("guichet").rules.windows(tuesday)
