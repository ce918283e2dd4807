"""The waiting list of a taken time: offers in order when it is free, for a limited time."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.log_actions import registry as log_registry

from eservices.bookings import actions, jobs
from eservices.bookings.actions import waiting_list
from eservices.bookings.actions.waiting_list import MAX_ENTRIES_PER_PERSON
from eservices.bookings.models import Booking, WaitingEntry
from eservices.bookings.waiting_list import views
from eservices.cases import actions as cases
from eservices.cases.models import Role, TeamMember
from eservices.deliveries.models import Delivery
from eservices.submissions.models import Draft
from home.web.rate_limits import RateLimit
from tests.factories.bookings import counter, hall, resource, timetable
from tests.factories.cases import CaseFactory, TeamFactory, member
from tests.factories.formbuilder import content, options, question, step, when
from tests.factories.submissions import FormVersionFactory

pytestmark = pytest.mark.django_db

START = "/demande/salle/"
EVENING = {"quand-from": "2026-03-10T18:00+01:00", "quand-to": "2026-03-10T22:00+01:00"}


@pytest.fixture(autouse=True)
def _monday(time_machine):
    time_machine.move_to(datetime(2026, 3, 2, 9, tzinfo=timezone.get_default_timezone()), tick=False)


def service(*keys: str, **more) -> None:
    settings = {"resources": list(keys), "waiting": True} | more
    made = content(
        step("reserver", question("quand", "booking", required=True, settings=settings)), slug="salle"
    )
    FormVersionFactory(form__slug="salle", content=made)


def taken(client, thing: str = "salle") -> Booking:
    """Send a booking of another applicant."""
    client.post(START, EVENING | {"quand-resource": thing})
    client.post(f"/demande/d/{Draft.objects.latest('created_at').secret}/envoyer/", {"declared": "on"})
    return Booking.objects.get()


def waits(client, email: str, start: str = "18:00", end: str = "22:00", thing: str = "salle", **more):
    url = f"/liste-d-attente/salle/quand/?resource={thing}&day=2026-03-10"
    typed = {"start": f"2026-03-10T{start}+01:00", "end": f"2026-03-10T{end}+01:00", "email": email}
    return client.post(url, typed, **more)


def sweep(after: timedelta = timedelta()) -> None:
    jobs.delete_expired_holds(timezone.now() + after)
    jobs.process_waiting_list(timezone.now() + after)


def states() -> dict[str, str]:
    return dict(WaitingEntry.objects.values_list("email", "state"))


def letters(email: str) -> list[str]:
    return list(
        Delivery.objects.filter(recipient=email).order_by("created_at").values_list("title", flat=True)
    )


def test_freed_time_is_offered_taken_and_sent(client, time_machine):
    resource()
    service("salle")
    booking = taken(client)
    assert (
        "/liste-d-attente/salle/quand/?resource=salle&amp;day=2026-03-10"
        in client.post(START, {"quand-resource": "salle", "quand-go": "day 2026-03-10"}).content.decode()
    )
    assert waits(client, "ada@courriel.example").status_code == 302
    time_machine.shift(1)
    assert waits(client, "bea@courriel.example", start="19:00").status_code == 302
    sweep(timedelta(minutes=3))
    assert set(states().values()) == {"waiting"}

    actions.cancel_booking(actor=None, booking=booking)
    sweep()
    assert states() == {"ada@courriel.example": "offered", "bea@courriel.example": "waiting"}
    assert letters("ada@courriel.example") == [
        "Vous êtes sur la liste d’attente",
        "L’horaire que vous attendez est libre",
    ]
    assert len(letters("bea@courriel.example")) == 1
    page = client.post(START, {"quand-resource": "salle", "quand-go": "day 2026-03-10"}).content.decode()
    assert '<option value="2026-03-10T19:00+01:00"' not in page  # reserved for the person with the offer

    time_machine.shift(timedelta(hours=5))
    place = f"/liste-d-attente/{WaitingEntry.objects.get(email__startswith='ada').secret}/"
    assert "take" in client.get(place).content.decode()
    answer = client.post(place, {"take": "1"})
    assert "Continuer la demande" in client.get(place).text
    draft = Draft.objects.latest("created_at")
    assert answer.url.endswith(f"{draft.secret}/")
    assert "C’est gardé pour vous jusqu’au mardi 3 mars, 9\xa0h" in client.get(answer.url, follow=True).text
    step_url = f"/demande/d/{draft.secret}/etape/reserver/"
    page = client.get(step_url).content.decode()
    assert '<option value="2026-03-10T18:00+01:00" selected' in page
    series = draft.answers["quand"]["series"]
    client.post(step_url, EVENING | {"quand-resource": "salle", "quand-series": series})
    hold = Booking.objects.get(draft=draft)
    assert hold.held_until - timezone.now() == timedelta(hours=19)  # as long as the offer
    client.post(f"/demande/d/{draft.secret}/envoyer/", {"declared": "on"})
    assert Booking.objects.get(draft=draft).state == "confirmed"
    again = client.post(place, {"take": "1"})
    assert again.status_code == 409
    assert "Votre demande a été envoyée" in again.text
    assert "Continuer la demande" not in again.text
    sweep(timedelta(days=1))
    assert states()["bea@courriel.example"] == "waiting"


def test_taken_offer_is_lost_by_choosing_another_time(client):
    resource()
    service("salle")
    booking = taken(client)
    waits(client, "ada@courriel.example")
    actions.cancel_booking(actor=None, booking=booking)
    sweep()
    place = f"/liste-d-attente/{WaitingEntry.objects.get().secret}/"
    page = client.post(place, {"take": "1"}, follow=True)
    series = str(Booking.objects.get(state="held").series)
    own = EVENING | {"quand-resource": "salle", "quand-series": series}
    other = own | {"quand-from": "2026-03-10T21:00+01:00"}
    changed = client.post(page.redirect_chain[-1][0], other, follow=True)
    assert "mardi 10 mars 2026, 18\xa0h à 22\xa0h. Ce n’est plus gardé pour vous" in changed.text
    assert "C’est gardé" not in changed.text


def test_taken_offer_is_held_until_sending_even_if_hidden(client):
    resource()
    asked = question("quand", "booking", required=True, settings={"resources": ["salle"], "waiting": True})
    where = question("lieu", "choice", required=True, options=options("salle", "refuge"))
    steps = step("lieu", where), step("reserver", asked, condition=when("lieu", value="salle"))
    FormVersionFactory(form__slug="salle", content=content(*steps, slug="salle"))
    client.post(START, {"lieu": "salle"})
    first = f"/demande/d/{Draft.objects.get().secret}/etape/"
    client.post(f"{first}reserver/", EVENING | {"quand-resource": "salle"})
    waits(client, "ada@courriel.example")
    Booking.objects.all().delete()
    sweep(timedelta(minutes=3))
    place = f"/liste-d-attente/{WaitingEntry.objects.get().secret}/"
    page = client.post(place, {"take": "1"}, follow=True)
    review = client.post(page.redirect_chain[-1][0], {"lieu": "refuge"}, follow=True)
    assert "C’est gardé pour vous" in review.text
    client.post(review.redirect_chain[-1][0].replace("verifier", "envoyer"), {"declared": "on"})
    assert not Booking.objects.exists()


def test_lapsed_or_declined_offer_goes_to_the_next(client, time_machine):
    resource()
    service("salle")
    booking = taken(client)
    for name in ("ada", "bea", "cleo"):
        waits(client, f"{name}@courriel.example")
        time_machine.shift(1)
    actions.cancel_booking(actor=None, booking=booking)
    sweep()
    bea = f"/liste-d-attente/{WaitingEntry.objects.get(email__startswith='bea').secret}/"
    assert "1 personne est venue avant vous" in client.get(bea).text  # the person with the current offer
    time_machine.shift(timedelta(hours=24, minutes=1))
    sweep()
    sweep()
    assert states() == {
        "ada@courriel.example": "lapsed",
        "bea@courriel.example": "offered",
        "cleo@courriel.example": "waiting",
    }
    assert letters("ada@courriel.example")[1:] == [
        "L’horaire que vous attendez est libre",
        "L’offre pour votre horaire a pris fin",
    ]
    told = Delivery.objects.get(title__contains="a pris fin").payload["text"]
    assert "mardi 3 mars, 9\xa0h" in told
    assert f"/liste-d-attente/{WaitingEntry.objects.get(email__startswith='ada').secret}/" in told
    ended = client.get(f"/liste-d-attente/{WaitingEntry.objects.get(email__startswith='ada').secret}/").text
    assert "Vous n’êtes plus sur la liste" in ended
    assert "/liste-d-attente/salle/quand/?resource=salle&amp;day=2026-03-10&amp;count=1" in ended
    client.post(bea, {"leave": "1"})
    sweep()
    assert states()["bea@courriel.example"] == "left"
    assert states()["cleo@courriel.example"] == "offered"
    assert Booking.objects.filter(state="held").count() == 1
    time_machine.move_to(booking.starts_at + timedelta(minutes=1), tick=False)
    sweep()
    assert not WaitingEntry.objects.exists()  # addresses are erased when the time has begun


@pytest.mark.parametrize("why", ["too near", "closed"])
def test_impossible_waiting_entry_is_ended_with_a_message(client, time_machine, why):
    table = timetable(lead=24)
    resource(table=table)
    service("salle")
    booking = taken(client)
    waits(client, "ada@courriel.example")
    time_machine.shift(timedelta(minutes=3))
    sweep()
    assert len(letters("ada@courriel.example")) == 1  # it may still become free
    if why == "closed":
        table.weekly = []
        table.save()
        actions.cancel_booking(actor=None, booking=booking)
    else:
        time_machine.move_to(booking.starts_at - timedelta(hours=23), tick=False)
    for _again in range(2):
        sweep(timedelta(minutes=3))
    assert letters("ada@courriel.example")[1:] == ["L’horaire que vous attendiez ne peut plus être réservé"]
    page = client.get(f"/liste-d-attente/{WaitingEntry.objects.get().secret}/").text
    assert "ne peut plus être réservé" in page
    assert "Chercher un autre" in page
    assert "Attendre de nouveau" not in page
    assert not Booking.objects.filter(state="held").exists()


def test_lapsed_offer_too_near_suggests_another_time(client, time_machine):
    resource(table=timetable(lead=24))
    service("salle")
    booking = taken(client)
    waits(client, "ada@courriel.example")
    time_machine.move_to(booking.starts_at - timedelta(hours=30), tick=False)
    actions.cancel_booking(actor=None, booking=booking)
    sweep()
    time_machine.move_to(booking.starts_at - timedelta(hours=23), tick=False)
    sweep()
    assert states() == {"ada@courriel.example": "lapsed"}
    told = Delivery.objects.get(title__contains="a pris fin").payload
    for words in (told["text"], told["html"]):
        assert "ne peut plus être réservé" in words
        assert "personne suivante" not in words
    page = client.get(f"/liste-d-attente/{WaitingEntry.objects.get().secret}/").text
    assert "Chercher un autre" in page
    assert "?resource=" not in page


def test_waiting_for_the_hall_takes_both_halves(client):
    hall()
    service("grande-salle", "gauche")
    booking = taken(client, "gauche")
    waits(client, "ada@courriel.example", thing="grande-salle")
    actions.cancel_booking(actor=None, booking=booking)
    sweep()
    assert states() == {"ada@courriel.example": "offered"}
    assert Booking.objects.get(state="held").pieces.count() == 2


def asks(client, start: str, end: str, thing: str = "salle", **more):
    day = {"quand-from": f"2026-03-10T{start}+01:00", "quand-to": f"2026-03-10T{end}+01:00"}
    return client.post(START, day | {"quand-resource": thing} | more)


def test_freed_time_is_reserved_for_the_waiting_list(client):
    resource()
    service("salle")
    booking = taken(client)
    waits(client, "ada@courriel.example", start="19:00", end="21:00")
    actions.cancel_booking(actor=None, booking=booking)
    page = client.post(START, {"quand-resource": "salle", "quand-go": "day 2026-03-10"}).text
    starts = page.split('id="id_quand-start"')[1].split("</select>")[0]
    assert [hour for hour in range(17, 22) if f"T{hour}:00" in starts] == [17, 18, 21]
    for start, end in (("18:00", "22:00"), ("20:00", "22:00"), ("19:00", "20:00")):
        refused = asks(client, start, end)
        assert (refused.status_code, "Quelqu’un d’autre" in refused.text) == (200, True)
    assert asks(client, "21:00", "22:00").status_code == 302  # nobody waits for this hour
    assert waits(client, "bea@courriel.example").status_code == 302  # after the first entry
    sweep()
    assert states() == {"ada@courriel.example": "offered", "bea@courriel.example": "waiting"}
    client.post(
        f"/liste-d-attente/{WaitingEntry.objects.get(email__startswith='ada').secret}/", {"leave": "1"}
    )
    client.post(
        f"/liste-d-attente/{WaitingEntry.objects.get(email__startswith='bea').secret}/", {"leave": "1"}
    )
    assert asks(client, "19:00", "21:00").status_code == 302


def test_expired_hold_goes_to_the_waiting_list(client, time_machine):
    resource()
    service("salle")
    asks(client, "18:00", "22:00")
    waits(client, "ada@courriel.example")
    time_machine.shift(timedelta(minutes=16))
    assert asks(client, "18:00", "22:00").status_code == 200
    late = Draft.objects.get()
    # Too late, although nobody else has it.
    client.post(f"/demande/d/{late.secret}/envoyer/", {"declared": "on"})
    assert not Booking.objects.filter(submission__isnull=False).exists()
    sweep(timedelta(minutes=3))
    assert states() == {"ada@courriel.example": "offered"}


def test_held_time_can_be_changed_while_others_wait(client):
    resource()
    service("salle")
    asks(client, "18:00", "22:00")
    waits(client, "ada@courriel.example")
    draft = Draft.objects.get()
    series = {"quand-resource": "salle", "quand-series": draft.answers["quand"]["series"]}
    url = f"/demande/d/{draft.secret}/etape/reserver/"
    assert client.post(url, EVENING | series).status_code == 302
    assert '<option value="2026-03-10T18:00+01:00" selected' in client.get(url).text
    shorter = EVENING | series | {"quand-from": "2026-03-10T20:00+01:00"}
    assert client.post(url, shorter).status_code == 302
    assert timezone.localtime(Booking.objects.get().starts_at).hour == 20


def test_partly_taken_wanted_time_leaves_the_rest_bookable(client):
    hall()
    service("grande-salle", "gauche", "droite")
    left = taken(client, "gauche")
    asks(client, "18:00", "22:00", "droite")
    waits(client, "ada@courriel.example", thing="grande-salle")
    actions.cancel_booking(actor=None, booking=left)
    assert asks(client, "18:00", "20:00", "gauche").status_code == 302
    Booking.objects.filter(state="held").delete()
    # Both halves are free for the waiting list.
    assert asks(client, "18:00", "20:00", "gauche").status_code == 200
    assert asks(client, "18:00", "20:00", "droite").status_code == 200


def test_staff_is_told_that_a_free_time_is_promised(client):
    team = TeamFactory(key="salles", name="Salles")
    resource(team=team)
    service("salle")
    one = taken(client)
    waits(client, "ada@courriel.example")
    actions.cancel_booking(actor=None, booking=one)
    client.force_login(member(Role.TREAT, team))
    asked = {"resource": "salle", "starts_at": "2026-03-10T19:00", "ends_at": "2026-03-10T21:00"}
    refused = client.post("/admin/bookings/new/", asked | {"anyway": "on"})
    assert (refused.status_code, "attend" in refused.text) == (409, True)
    client.post(f"{LISTS}{WaitingEntry.objects.get().pk}/remove/")
    assert client.post("/admin/bookings/new/", asked).status_code == 302


def test_waiting_entry_is_refused_for_free_closed_or_many_times(client):
    resource()
    service("salle")
    taken(client)
    assert waits(client, "ada@courriel.example", start="10:00", end="12:00").status_code == 422
    assert waits(client, "ada@courriel.example", start="22:00", end="18:00").status_code == 422
    assert waits(client, "ada@courriel.example", start="04:00").status_code == 422
    for _ in range(2):
        assert waits(client, "Ada@courriel.example").status_code == 302
    assert len(letters("ada@courriel.example")) == 1
    for hour in range(19, 22):
        waits(client, "ada@courriel.example", start=f"{hour}:00")
    waits(client, "ada@courriel.example", start="17:00")
    assert WaitingEntry.objects.count() == MAX_ENTRIES_PER_PERSON
    for address in ("ada@courriel.example", "ada+2@courriel.example"):
        assert waits(client, address, start="16:00").status_code == 422
    assert waits(client, "bea@courriel.example", start="16:00").status_code == 302


def test_day_too_near_is_explained(client):
    resource(table=timetable(lead=72))
    service("salle")
    day = timezone.localdate() + timedelta(days=1)
    page = client.get(
        reverse("waiting:wait", args=["salle", "quand"]), {"resource": "salle", "day": f"{day}"}
    )
    assert "trop proche" in page.text


def test_existing_waiting_entry_is_not_disclosed(client):
    resource()
    service("salle")
    taken(client)
    first = waits(client, "ada@courriel.example")
    again = waits(Client(), "ada@courriel.example", REMOTE_ADDR="192.0.2.8")
    assert first.url == again.url == reverse("waiting:asked")
    assert WaitingEntry.objects.get().secret not in client.get(again.url).text
    [letter] = Delivery.objects.filter(recipient="ada@courriel.example")
    assert WaitingEntry.objects.get().secret in letter.payload["text"]


def test_waiting_entries_of_an_ip_address_are_limited(client, monkeypatch):
    monkeypatch.setattr(waiting_list, "MAX_ENTRIES_PER_ADDRESS", 2)
    resource()
    service("salle")
    taken(client)
    for name in ("ada", "bea"):
        assert waits(client, f"{name}@courriel.example").status_code == 302
    refused = waits(client, "cleo@courriel.example")
    assert refused.status_code == 422
    assert "plusieurs" in refused.text
    assert waits(client, "cleo@courriel.example", REMOTE_ADDR="192.0.2.8").status_code == 302
    client.post(
        f"/liste-d-attente/{WaitingEntry.objects.get(email__startswith='ada').secret}/", {"leave": "1"}
    )
    assert waits(client, "dora@courriel.example").status_code == 302  # leaving a list makes room for another


def test_waiting_requests_of_an_ip_address_are_limited(client, monkeypatch, time_machine):
    monkeypatch.setattr(views, "PER_CLIENT", RateLimit("waiting-list", 2))
    resource()
    service("salle")
    taken(client)
    for hour in ("10", "18"):  # refused requests count
        waits(client, "ada@courriel.example", start=f"{hour}:00")
    refused = waits(client, "bea@courriel.example")
    assert refused.status_code == 422
    assert "dans une heure" in refused.text
    assert waits(client, "bea@courriel.example", REMOTE_ADDR="192.0.2.8").status_code == 302
    time_machine.shift(timedelta(hours=1, seconds=1))
    assert waits(client, "cleo@courriel.example").status_code == 302


def test_appointment_is_waited_for_by_its_start(client):
    counter(desks=1)
    service("guichet")
    client.post(START, {"quand-resource": "guichet", "quand-from": "2026-03-10T08:30+01:00"})
    page = client.get("/liste-d-attente/salle/quand/?resource=guichet&day=2026-03-10").content.decode()
    assert page.count("2026-03-10T08:30") == 1
    assert "2026-03-10T09:00" not in page
    assert waits(client, "ada@courriel.example", start="08:30", thing="guichet").status_code == 302


def test_only_questions_with_a_waiting_list_have_one(client):
    resource()
    resource("autre")
    service("salle")
    for url in (
        "/liste-d-attente/salle/quand/?resource=autre&day=2026-03-10",
        "/liste-d-attente/salle/nom/?resource=salle",
        "/liste-d-attente/ailleurs/quand/?resource=salle",
        f"/liste-d-attente/{'x' * 22}/",
    ):
        assert client.get(url).status_code == 404
    assert client.get("/liste-d-attente/salle/quand/?resource=salle&day=99999&count=x").status_code == 200


# -- Admin views ---------------------------------------------------------------------------------------------
LISTS = "/admin/bookings/waiting/"


def test_staff_offers_out_of_order_and_removes_entries(client, time_machine):
    team = TeamFactory(key="salles", name="Salles")
    resource(team=team)
    service("salle")
    one = taken(client)
    for name in ("ada", "bea"):
        waits(client, f"{name}@courriel.example")
        time_machine.shift(1)
    ada, bea = WaitingEntry.objects.order_by("created_at")
    client.force_login(member(Role.READ, team))
    page = client.get(LISTS).text
    assert page.count("en attente") == 2
    assert "@courriel.example" not in page  # only for agents who may act on it
    assert client.post(f"{LISTS}{bea.pk}/offer/").status_code == 404
    client.force_login(member(Role.TREAT, TeamFactory(key="police", name="Police")))
    assert "en attente" not in client.get(LISTS).text
    assert client.post(f"{LISTS}{bea.pk}/remove/").status_code == 404

    client.force_login(member(Role.TREAT, team))
    page = client.get(LISTS).text
    assert page.index("ada@courriel.example") < page.index("bea@courriel.example")
    client.post(f"{LISTS}{bea.pk}/offer/")
    assert "n’est pas libre" in client.get(LISTS).text
    assert set(states().values()) == {"waiting"}
    actions.cancel_booking(actor=None, booking=one)
    client.post(f"{LISTS}{bea.pk}/offer/")
    assert states() == {"ada@courriel.example": "waiting", "bea@courriel.example": "offered"}
    assert "L’horaire que vous attendez est libre" in letters("bea@courriel.example")
    assert "proposé jusqu’au" in client.get(LISTS).text
    time_machine.shift(1)  # e-mails of the same moment have no order
    client.post(f"{LISTS}{bea.pk}/remove/")
    sweep()
    assert states() == {"ada@courriel.example": "offered", "bea@courriel.example": "left"}
    assert letters("bea@courriel.example")[-1] == "Vous n’êtes plus sur la liste d’attente"
    assert client.post(f"{LISTS}{bea.pk}/remove/").status_code == 404
    assert client.post(f"{LISTS}{ada.pk}/burn/").status_code == 404
    logged = [entry.action for entry in log_registry.get_logs_for_instance(ada.resource)]
    assert sorted(logged) == ["bookings.offer_waiting", "bookings.remove_waiting"]


def test_protected_address_is_withheld_on_waiting_lists(client):
    team = TeamFactory(key="salles", name="Salles")
    resource(team=team)
    service("salle")
    taken(client)
    waits(client, "ada@courriel.example")
    case = CaseFactory(email="ada@courriel.example")
    agent, authorised = member(Role.TREAT, team), member(Role.TREAT, team)
    cases.protect(actor=authorised, case=case)
    client.force_login(agent)
    page = client.get(LISTS).text
    assert "en attente" in page
    assert "ada@courriel.example" not in page
    TeamMember.objects.create(user=authorised, team=case.team, role=Role.READ, sees_protected=True)
    client.force_login(authorised)
    assert "ada@courriel.example" in client.get(LISTS).text
