"""Bookings after sending: confirmation, reminder, move, cancellation, release."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from eservices.bookings import jobs
from eservices.bookings.models import BookedPiece, Booking
from eservices.cases import actions as cases
from eservices.cases import audit_log, process
from eservices.cases.actors import Applicant
from eservices.cases.models import Case, CaseStage, NumberSeries, Role
from eservices.deliveries.models import Delivery
from eservices.submissions.models import Draft, Submission
from tests.factories.bookings import rate, resource
from tests.factories.cases import TeamFactory, member
from tests.factories.large_forms import content, question, step
from tests.factories.payments import entry
from tests.factories.submissions import FormVersionFactory

pytestmark = pytest.mark.django_db

START = "/demande/salle/"
EVENING = ("2026-03-10T18:00+01:00", "2026-03-10T22:00+01:00")


@pytest.fixture(autouse=True)
def _monday(time_machine):
    time_machine.move_to(datetime(2026, 3, 2, 9, tzinfo=timezone.get_default_timezone()), tick=False)


def booked(client, *stages: dict, thing: str = "salle", times=EVENING) -> Booking:
    """Fill in and send a booking over HTTP as a resident with an e-mail address."""
    TeamFactory()
    asked = question("quand", "booking", required=True, settings={"resources": [thing]})
    made = content(
        step("reserver", asked, question("courriel", "email", required=True)),
        slug="salle",
        stages=list(stages),
        settings={"team": "habitants", "days": 3, "applicant": {"email": "courriel", "name": []}},
    )
    FormVersionFactory(form__slug="salle", content=made)
    day = {"quand-resource": thing, "quand-from": times[0], "quand-to": times[1]}
    client.post(START, day | {"courriel": "ada@courriel.example"})
    secret = Draft.objects.get().secret
    client.post(f"/demande/d/{secret}/envoyer/", {"declared": "on"})
    process.advance_case(Case.objects.get().pk)
    return Booking.objects.get()


def private(case: Case) -> str:
    return f"/dossier/{case.links.filter(mailed=True).first().secret}/"


CONFIRMING = {"key": "reserver", "type": "booking"}


def test_booking_stage_confirms_with_a_calendar_file(client):
    resource(access_code="4711#")
    booking = booked(client, CONFIRMING)
    assert booking.state == "confirmed"
    letter = Delivery.objects.get(title__startswith="Votre réservation est confirmée")
    assert "4711#" in letter.payload["text"]
    event = Calendar.from_ical(letter.payload["attachments"][0]["text"]).events[0]
    assert (event.start, event.end) == (booking.starts_at, booking.ends_at)
    assert str(booking.pk) in event["uid"]


def test_booking_is_provisional_until_it_is_decided(client):
    resource()
    assert booked(client, {"key": "decider", "type": "decision"}, CONFIRMING).state == "provisional"


def test_booking_without_stage_is_confirmed_at_sending(client):
    resource(access_code="4711#")
    booking = booked(client)
    assert booking.state == "confirmed"
    letter = Delivery.objects.get(title__startswith="Votre réservation est confirmée")
    assert "4711#" in letter.payload["text"]
    event = Calendar.from_ical(letter.payload["attachments"][0]["text"]).events[0]
    assert event.start == booking.starts_at
    assert booking.submission.case.events.filter(kind="booking_confirmed").count() == 1


@pytest.mark.parametrize("decided", [False, True])
def test_immediate_confirmation_promises_no_date(client, decided):
    resource()
    stages = [*([{"key": "decider", "type": "decision"}] if decided else []), CONFIRMING]
    case = booked(client, *stages).submission.case
    receipt = Delivery.objects.for_subject(case.subject).earliest("created_at").payload["text"]
    page = client.get(reverse("submissions:sent", args=[Draft.objects.get().secret])).text
    for shown in (receipt, page):
        assert ("notre réponse" in shown.lower()) is decided
    client.force_login(member())
    paper = client.get(reverse("cases:receipt", args=[case.reference])).text
    assert ("Réponse au plus tard" in paper) is decided


def test_case_number_is_drawn_after_bookings_are_written(client):
    resource()
    with CaptureQueriesContext(connection) as ran:
        assert booked(client).state == "confirmed"
    asked = [query["sql"] for query in ran]
    drawn = next(number for number, sql in enumerate(asked) if NumberSeries._meta.db_table in sql)
    written = [
        number for number, sql in enumerate(asked) if sql.startswith(f'UPDATE "{Booking._meta.db_table}"')
    ]
    assert written
    assert max(written) < drawn


DECIDING = {"key": "decider", "type": "decision"}
COLLECTING = {"key": "payer", "type": "payment", "settings": {"format": 1, "days": 30, "remind_after": 14}}


@pytest.mark.parametrize(
    ("stages", "told"),
    [([COLLECTING], False), ([DECIDING], False), ([{"key": "informer", "type": "notify"}], True)],
    ids=["payment", "decision", "neither"],
)
def test_access_code_is_sent_at_once_only_if_nothing_is_due(client, stages, told):
    entry("salle", 18_000)
    resource(rates=[rate("salle")], remind_before=24, access_code="4711#")
    booking = booked(client, *stages)
    assert booking.state == "confirmed"
    letter = Delivery.objects.get(title__startswith="Votre réservation est confirmée")
    assert ("4711#" in letter.payload["text"]) == told
    jobs.send_reminders(booking.remind_at)
    reminder = Delivery.objects.get(title__startswith="Votre réservation commence bientôt")
    assert "4711#" in reminder.payload["text"]


def test_receipt_of_payment_first_service_promises_no_date(client):
    entry("salle", 18_000)
    resource(rates=[rate("salle")])
    case = booked(client, COLLECTING, CONFIRMING).submission.case
    receipt = Delivery.objects.for_subject(case.subject).earliest("created_at").payload["text"]
    page = client.get(reverse("submissions:sent", args=[Draft.objects.get().secret])).text
    assert "La page de votre demande montre dans un instant comment payer." in page
    assert all("notre réponse" not in shown.lower() for shown in (receipt, page))


@pytest.mark.parametrize("decided", [False, True], ids=["not yet", "decided"])
def test_move_email_has_the_access_code_once_decided(client, decided):
    resource(access_code="4711#")
    booking = booked(client, DECIDING)
    case = booking.submission.case
    if decided:
        CaseStage.objects.filter(case=case).update(progress=CaseStage.Progress.DONE)
    free = {"time-from": "2026-03-11T18:00+01:00", "time-to": "2026-03-11T20:00+01:00"}
    own = {"time-resource": "salle", "time-series": str(booking.series)}
    url = f"{private(case)}reservations/{booking.pk}/deplacer/"
    assert client.post(url, own | free).status_code == 302
    letter = Delivery.objects.get(title__startswith="Votre réservation a été déplacée")
    assert ("4711#" in letter.payload["text"]) == decided


def test_withdrawn_case_frees_its_time(client):
    resource()
    booking = booked(client, {"key": "decider", "type": "decision"}, CONFIRMING)
    case = booking.submission.case
    cases.withdraw_request(actor=Applicant(link=case.links.first()), case=case, reason="")
    jobs.delete_expired_holds(timezone.now())
    booking.refresh_from_db()
    assert (booking.state, BookedPiece.objects.count()) == ("refused", 0)


def decides(client, booking: Booking, do: str, **typed) -> None:
    """Send a decision as an agent from the case page, advance the case and release expired holds."""
    case = booking.submission.case
    client.force_login(member(Role.DECIDE, case.team))
    answer = client.post(
        f"/admin/cases/{case.reference}/{do}/", {"seen": audit_log.last_relevant_event(case)} | typed
    )
    assert answer.status_code == 302
    client.logout()
    process.advance_case(case.pk)
    jobs.delete_expired_holds(timezone.now())
    booking.refresh_from_db()


def test_accepted_case_confirms_its_provisional_booking(client):
    resource()
    booking = booked(client, DECIDING, CONFIRMING)
    assert booking.state == "provisional"
    decides(client, booking, "accept")
    assert (booking.state, BookedPiece.objects.count()) == ("confirmed", 1)
    _receipt, letter = Delivery.objects.for_subject(booking.submission.case.subject).order_by("created_at")
    assert letter.title.startswith("Votre réservation est confirmée")
    assert "Nous avons accepté votre demande" in letter.payload["text"]


@pytest.mark.parametrize(
    ("stages", "before", "after"),
    [([DECIDING, CONFIRMING], "provisional", "refused"), ([DECIDING], "confirmed", "cancelled")],
    ids=["asked for", "agreed at sending"],
)
def test_refused_case_frees_its_booking(client, stages, before, after):
    resource(remind_before=24)
    booking = booked(client, *stages)
    assert booking.state == before
    evening = dict(zip(("quand-resource", "quand-from", "quand-to"), ("salle", *EVENING), strict=True))
    evening |= {"courriel": "bea@courriel.example"}
    assert client.post(START, evening).status_code == 200  # taken
    decides(client, booking, "refuse", reason="La salle est en travaux.")
    assert (booking.state, booking.remind_at, BookedPiece.objects.count()) == (after, None, 0)
    assert not Delivery.objects.filter(title__startswith="Votre réservation a été annulée").exists()
    assert client.post(START, evening).status_code == 302
    assert Booking.objects.get(state="held").starts_at == booking.starts_at


def test_applicant_is_reminded_once(client, time_machine):
    resource(remind_before=24, access_code="4711#")
    booking = booked(client, CONFIRMING)
    for moment, letters in (
        (booking.starts_at - timedelta(hours=25), 0),
        (booking.starts_at - timedelta(hours=24), 1),
    ):
        time_machine.move_to(moment, tick=False)
        for _ in range(2):
            jobs.send_reminders(timezone.now())
        assert (
            Delivery.objects.filter(title__startswith="Votre réservation commence bientôt").count() == letters
        )
    letter = Delivery.objects.get(title__startswith="Votre réservation commence bientôt")
    assert "4711#" in letter.payload["text"]


def test_reminder_after_an_outage_skips_begun_bookings(client, time_machine):
    resource(remind_before=24)
    booking = booked(client, CONFIRMING)
    time_machine.move_to(booking.starts_at, tick=False)
    jobs.send_reminders(timezone.now())
    assert not Delivery.objects.filter(title__startswith="Votre réservation commence bientôt").exists()


def test_resident_moves_a_booking_within_the_rules(client):
    resource()
    booking = booked(client, CONFIRMING)
    page = client.get(private(booking.submission.case)).content.decode()
    url = f"{private(booking.submission.case)}reservations/{booking.pk}/deplacer/"
    assert url in page
    assert client.get(url).status_code == 200
    own = {"time-resource": "salle", "time-series": str(booking.series)}
    closed = {"time-from": "2026-03-10T05:00+01:00", "time-to": "2026-03-10T06:00+01:00"}
    assert client.post(url, own | closed).status_code == 422
    free = {"time-from": "2026-03-11T18:00+01:00", "time-to": "2026-03-11T20:00+01:00"}
    assert client.post(url, own | free).status_code == 302
    booking.refresh_from_db()
    assert (booking.starts_at.day, booking.sequence) == (11, 1)
    assert Delivery.objects.filter(title__startswith="Votre réservation a été déplacée").exists()


@pytest.mark.parametrize(
    "stages", [[], [{"key": "decider", "type": "decision"}]], ids=["agreed", "asked for"]
)
def test_move_email_has_the_access_code_once_confirmed(client, stages):
    resource(access_code="4711#")
    booking = booked(client, *stages, CONFIRMING)
    url = f"{private(booking.submission.case)}reservations/{booking.pk}/deplacer/"
    free = {"time-from": "2026-03-11T18:00+01:00", "time-to": "2026-03-11T20:00+01:00"}
    own = {"time-resource": "salle", "time-series": str(booking.series)}
    assert client.post(url, own | free).status_code == 302
    letter = Delivery.objects.get(title__startswith="Votre réservation a été déplacée")
    assert ("4711#" in letter.payload["text"]) == (not stages)


def dear_at_weekends() -> None:
    """Create a room that costs more on Saturdays and Sundays."""
    entry("salle", 18_000), entry("week-end", 6_000)
    resource(rates=[rate("salle"), rate("week-end", what="weekend", days=["5", "6"])])


@pytest.mark.parametrize(("day", "status"), [("11", 302), ("14", 422)], ids=["Wednesday", "Saturday"])
def test_resident_moves_only_to_a_time_of_the_same_price(client, day, status):
    dear_at_weekends()
    booking = booked(client, CONFIRMING)
    url = f"{private(booking.submission.case)}reservations/{booking.pk}/deplacer/"
    own = {"time-resource": "salle", "time-series": str(booking.series)}
    other = {"time-from": f"2026-03-{day}T18:00+01:00", "time-to": f"2026-03-{day}T22:00+01:00"}
    answer = client.post(url, own | other)
    assert answer.status_code == status
    assert ("a un autre prix" in answer.text) == (status == 422)
    booking.refresh_from_db()
    assert timezone.localtime(booking.starts_at).day == (11 if status == 302 else 10)


def test_staff_moves_to_another_price_after_a_warning(client, admin_client):
    dear_at_weekends()
    booking = booked(client, CONFIRMING)
    plan = f"/admin/bookings/{booking.pk}/"
    assert "a un autre prix" not in admin_client.get(plan, {"day": "2026-03-11"}).text
    assert "a un autre prix" in admin_client.get(plan, {"day": "2026-03-14"}).text
    saturday = {"resource": "salle", "starts_at": "2026-03-14T18:00", "ends_at": "2026-03-14T22:00"}
    assert admin_client.post(plan, saturday).status_code == 302
    booking.refresh_from_db()
    assert timezone.localtime(booking.starts_at).day == 14


def test_resident_cancels_only_in_time(client, time_machine):
    resource(change_until=48)
    booking = booked(client, CONFIRMING)
    url = f"{private(booking.submission.case)}reservations/{booking.pk}/annuler/"
    time_machine.move_to(booking.starts_at - timedelta(hours=47), tick=False)
    assert client.post(url).status_code == 422
    assert Booking.objects.get().state == "confirmed"
    time_machine.move_to(booking.starts_at - timedelta(hours=49), tick=False)
    assert "Annuler la réservation" in client.get(url).text
    assert "remboursé" not in client.get(url).text
    Submission.objects.update(fees=[{"key": f"{booking.field}_1", "total": 10_000}])
    assert "Rien n’est remboursé" in client.get(url).text
    assert client.post(url).status_code == 302
    assert (Booking.objects.get().state, BookedPiece.objects.count()) == ("cancelled", 0)
    event = Calendar.from_ical(
        Delivery.objects.latest("created_at").payload["attachments"][0]["text"]
    ).events[0]
    assert (event["status"], event["sequence"]) == ("CANCELLED", 1)
    assert client.post(url).status_code == 404


def test_agent_records_a_missed_booking_only_after_its_start(client, admin_client, admin_user, time_machine):
    resource()
    booking = booked(client, CONFIRMING)
    case = booking.submission.case
    url = f"/admin/bookings/{case.reference}/{booking.pk}/"
    admin_client.post(f"{url}miss/")
    assert Booking.objects.get().state == "confirmed"
    time_machine.move_to(booking.starts_at + timedelta(hours=1), tick=False)
    admin_client.force_login(admin_user)
    assert f"{url}miss/" in admin_client.get(f"/admin/cases/{case.reference}/").content.decode()
    admin_client.post(f"{url}miss/")
    assert (Booking.objects.get().state, BookedPiece.objects.count()) == ("missed", 0)


def test_anonymous_visitor_cannot_cancel_or_record_a_miss(client, time_machine):
    resource()
    booking = booked(client, CONFIRMING)
    time_machine.move_to(booking.starts_at + timedelta(hours=1), tick=False)
    for do in ("cancel", "miss"):
        answer = client.post(f"/admin/bookings/{booking.submission.case.reference}/{booking.pk}/{do}/")
        assert "/login/" in answer.url
    assert Booking.objects.get().state == "confirmed"


def test_staff_changes_bookings_after_the_residents_limit(client, admin_client, admin_user, time_machine):
    resource(change_until=48)
    booking = booked(client, CONFIRMING)
    case = booking.submission.case
    time_machine.move_to(booking.starts_at - timedelta(hours=2), tick=False)
    admin_client.force_login(admin_user)
    place = f"{private(case)}reservations/{booking.pk}/"
    later = {"time-from": "2026-03-11T18:00+01:00", "time-to": "2026-03-11T20:00+01:00"}
    assert client.post(f"{place}deplacer/", {"time-resource": "salle"} | later).status_code == 422
    assert client.post(f"{place}annuler/").status_code == 422
    assert f"{booking.pk}/deplacer/" not in client.get(private(case)).content.decode()

    asked = {"resource": "salle", "starts_at": "2026-03-10T19:00", "ends_at": "2026-03-10T23:00"}
    plan = f"/admin/bookings/{booking.pk}/"
    assert admin_client.post(plan, asked).status_code == 409  # it closes at ten
    assert admin_client.post(plan, asked | {"ends_at": "2026-03-10T22:00"}).status_code == 302
    booking.refresh_from_db()
    assert timezone.localtime(booking.starts_at).hour == 19
    assert Delivery.objects.filter(title__startswith="Votre réservation a été déplacée").count() == 1
    admin_client.post(f"/admin/bookings/{case.reference}/{booking.pk}/cancel/")
    assert (Booking.objects.get().state, BookedPiece.objects.count()) == ("cancelled", 0)
    (letter,) = Delivery.objects.filter(title__startswith="Votre réservation a été annulée")
    assert "changements" not in letter.payload["text"]  # the booking cannot be changed any more
    assert "Suivre ma demande" in letter.payload["text"]
    assert case.events.filter(kind__in=["booking_moved", "booking_cancelled"]).count() == 2
