"""Handover, return with inspection, missed bookings, refunds and the deposit."""

from datetime import datetime, timedelta
from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from time_machine import travel

from eservices.bookings import actions
from eservices.bookings.archive_files import archive_booking_files
from eservices.bookings.bookable_resources import bookable_resource
from eservices.bookings.logic.availability import TimeSpan
from eservices.bookings.models import Booking, Inspection, Resource
from eservices.cases import actions as cases
from eservices.cases import audit_log, process
from eservices.cases.actors import SYSTEM
from eservices.cases.models import Case, Role
from eservices.cases.signals import case_erased
from eservices.deliveries.models import Delivery
from eservices.payments import ledger, provider_calls
from eservices.payments.actions import charges, payments, settlement
from eservices.payments.models import Charge, JournalRow, Payment, Refund, UnallocatedPayment
from eservices.submissions.models import Draft, StoredFile, Submission
from tests.factories.bookings import rate, resource
from tests.factories.cases import TeamFactory, member
from tests.factories.formbuilder import content, question, step
from tests.factories.payments import PAYMENT, begun, entry, paid, pays, sweep
from tests.factories.submissions import FormVersionFactory, picture

pytestmark = pytest.mark.django_db

START = "/demande/salle/"
MONDAY = datetime(2026, 3, 2, 9, tzinfo=timezone.get_default_timezone())
PRICE, DEPOSIT = 18_000, 20_000
DECIDING, CONFIRMING = {"key": "decider", "type": "decision"}, {"key": "reserver", "type": "booking"}
TERMS = [{"type": "step", "value": {"days": days, "percent": share}} for days, share in ((14, 100), (2, 50))]


@pytest.fixture(autouse=True)
def _monday(time_machine):
    time_machine.move_to(MONDAY, tick=False)


def book(client, *, pay: bool = True, stages: tuple = (PAYMENT, CONFIRMING), **more) -> list[Booking]:
    """Send, pay and confirm a booking of one evening with a deposit, or several."""
    TeamFactory()
    entry("salle", PRICE), entry("caution", DEPOSIT, account="2000.00")
    resource(rates=[rate("salle"), rate("caution", deposit=True)], refunds=TERMS, access_code="4711#")
    asked = question("quand", "booking", required=True, settings={"resources": ["salle"], "repeats": True})
    made = content(
        step("reserver", asked, question("courriel", "email", required=True)),
        slug="salle",
        stages=list(stages),
        settings={"team": "habitants", "days": 3, "applicant": {"email": "courriel", "name": []}},
    )
    FormVersionFactory(form__slug="salle", content=made)
    evening = {"quand-from": "2026-03-20T18:00+01:00", "quand-to": "2026-03-20T22:00+01:00"}
    answers = {"quand-resource": "salle", "courriel": "ada@courriel.example"}
    client.post(START, evening | answers | {f"quand-{name}": value for name, value in more.items()})
    client.post(f"/demande/d/{Draft.objects.get().secret}/envoyer/", {"declared": "on"})
    process.advance_case(Case.objects.get().pk)
    if pay:
        paid(Charge.objects.get())
        process.advance_case(Case.objects.get().pk)
    return list(Booking.objects.order_by("starts_at"))


@pytest.fixture
def booked(client):
    """Return a function that books: see ``book``."""
    return partial(book, client)


@pytest.fixture(scope="class")
def made_booking(class_db) -> Booking:
    """Book and pay one evening, for all tests of a class."""
    with travel(MONDAY, tick=False):
        (booking,) = book(Client())
    return booking


@pytest.fixture
def booking(made_booking, db) -> Booking:
    return Booking.objects.get(pk=made_booking.pk)


def private(booking: Booking) -> str:
    """Return the URL of the applicant's status page."""
    return f"/dossier/{booking.submission.case.links.get(mailed=True).secret}/"


def refunded() -> list[int]:
    return list(Refund.objects.order_by("asked_at", "amount").values_list("amount", flat=True))


def does(client, booking: Booking, do: str, **said):
    """Send an action on the booking as an agent from the case page."""
    url = f"/admin/bookings/{booking.submission.case.reference}/{booking.pk}/{do}/"
    prefix = f"{do}-{booking.pk.hex[:6]}"
    return client.post(url, {f"{prefix}-{name}": value for name, value in said.items()})


def screen(client, booking: Booking) -> str:
    return client.get(f"/admin/cases/{booking.submission.case.reference}/").content.decode()


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-02-02T09:00", "2026-03-04T09:00"),  # thirty days, the service's payment period
        ("2026-03-02T09:00", "2026-03-19T23:59"),
        ("2026-03-19T17:00", "2026-03-19T23:59"),
        ("2026-03-20T09:00", "2026-03-20T18:00"),  # the same day
    ],
)
def test_booking_is_due_by_the_evening_before_it_begins(booked, time_machine, now, until):
    zone = timezone.get_default_timezone()
    time_machine.move_to(datetime.fromisoformat(now).replace(tzinfo=zone), tick=False)
    booked(pay=False)
    assert Charge.objects.get().expires_at == datetime.fromisoformat(until).replace(tzinfo=zone)


def test_begun_booking_is_due_after_the_full_payment_period(booked, time_machine):
    (booking,) = booked(pay=False)
    charge = Charge.objects.get()
    Charge.objects.all().delete()
    time_machine.move_to(booking.starts_at + timedelta(minutes=1))
    asked = charges.create_charge(actor=SYSTEM, case=charge.case, stage=charge.stage, days=30)
    assert asked.expires_at == timezone.now() + timedelta(days=30)


def zoned(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=timezone.get_default_timezone())


def moved(booking: Booking, start: str) -> str:
    """Move the booking as staff and return the text of the e-mail about it."""
    span = TimeSpan(zoned(start), zoned(start) + (booking.ends_at - booking.starts_at))
    actions.move_booking(
        actor=member(), booking=booking, offer=bookable_resource("salle"), span=span, ignore_rules=True
    )
    return Delivery.objects.filter(title__contains="déplacée").latest("created_at").payload["text"]


def test_payment_deadline_follows_a_moved_booking(booked):
    (booking,) = booked(pay=False)
    letter = moved(booking, "2026-03-10T18:00")
    charge = Charge.objects.get()
    assert charge.expires_at == zoned("2026-03-09T23:59")
    assert charge.due_at == charge.remind_at == zoned("2026-03-06T04:29:30")  # halfway
    assert "9 mars 2026" in letter.replace("\N{NO-BREAK SPACE}", " ")
    assert moved(booking, "2026-03-25T18:00")
    charge.refresh_from_db()
    assert charge.expires_at == zoned("2026-03-24T23:59")
    moved(booking, "2026-05-25T18:00")
    charge.refresh_from_db()
    assert charge.expires_at == zoned(
        "2026-04-01T10:00"
    )  # thirty days, the service's payment period; the clocks went forward


def test_deadline_set_by_an_agent_stays_if_booking_allows(booked):
    (booking,) = booked(pay=False)
    charges.extend_term(actor=member(), charge=Charge.objects.get(), until=zoned("2026-04-20T23:59"))
    moved(booking, "2026-05-25T18:00")
    assert Charge.objects.get().expires_at == zoned("2026-04-20T23:59")
    moved(booking, "2026-04-10T18:00")
    assert Charge.objects.get().expires_at == zoned("2026-04-09T23:59")


def test_paid_booking_is_not_due_again_when_moved(booked):
    (booking,) = booked()
    due = Charge.objects.get().expires_at
    assert "payer" not in moved(booking, "2026-03-10T18:00")
    assert Charge.objects.get().expires_at == due


@pytest.mark.parametrize(
    ("now", "reminded"),
    [
        ("2026-02-02T09:00", "2026-02-16T09:00"),  # after a fortnight, as the service is set
        ("2026-03-16T09:00", "2026-03-18T04:29:30"),  # halfway to the evening before
        ("2026-03-19T09:00", None),  # a charge of yesterday needs no reminder
    ],
)
def test_short_payment_period_is_reminded_halfway(booked, time_machine, now, reminded):
    time_machine.move_to(zoned(now), tick=False)
    booked(pay=False)
    charge = Charge.objects.get()
    assert charge.remind_at == (reminded and zoned(reminded))
    assert charge.due_at == (charge.remind_at or charge.expires_at)


def plain_text(page) -> str:
    return page.text.replace("\N{NO-BREAK SPACE}", " ")


class TestPaidBooking:
    """A booking of one evening with a deposit, paid and confirmed."""

    def test_deposit_is_refunded_less_what_the_inspection_keeps(self, client, booking, admin_user):
        client.force_login(admin_user)
        assert "hand_over" in screen(client, booking)
        does(client, booking, "hand_over", text="Deux clés, compteur 1204", photos=[picture("avant.png")])
        booking.refresh_from_db()
        assert (booking.state, booking.pieces.count()) == ("handed_over", 1)
        photo = StoredFile.objects.get()
        page = screen(client, booking)
        assert "Deux clés, compteur 1204" in page
        address = f"/admin/bookings/{booking.submission.case.reference}/photos/{photo.pk}/"
        assert address in page
        answer = client.get(address)
        assert (answer.status_code, answer["X-Content-Type-Options"]) == (200, "nosniff")
        assert "sandbox" in answer["Content-Security-Policy"]

        assert "Elle est de CHF\xa0200.–" in screen(client, booking)
        does(client, booking, "take_back", kept="50.00")  # without a reason
        booking.refresh_from_db()
        assert booking.state == "handed_over"
        again = does(
            client, booking, "take_back", kept="500.00", text="Tout est cassé"
        )  # more than the deposit
        assert again.status_code == 422
        assert "Tout est cassé" in again.text  # no text is lost
        assert "plus que la caution" in again.text
        assert does(client, booking, "hand_over", text="Encore une fois").status_code == 409
        gone = {"kept": "50.00", "text": "Une chaise cassée"}
        does(client, booking, "take_back", photos=[SimpleUploadedFile("apres.exe", b"MZ")], **gone)
        booking.refresh_from_db()
        assert booking.state == "handed_over"
        does(client, booking, "take_back", photos=[picture("apres.png"), picture("chaise.png")], **gone)
        booking.refresh_from_db()
        assert booking.state == "returned"
        photos = Inspection.objects.get(kind="return").photos.all()
        assert {one.name for one in photos} == {"apres.png", "chaise.png"}
        page = screen(client, booking)
        for one in photos:
            address = f"/admin/bookings/{booking.submission.case.reference}/photos/{one.pk}/"
            assert address in page
            assert client.get(address).status_code == 200
        assert refunded() == [DEPOSIT - 5_000]
        letter = Delivery.objects.get(title__startswith="Le retour est enregistré")
        assert "Une chaise cassée" in letter.payload["text"]
        assert Inspection.objects.get(kind="return").kept == 5_000
        does(client, booking, "take_back", text="Encore")
        assert len(refunded()) == 1

    def test_only_agents_of_the_case_hand_over_and_see_photos(self, client, booking, admin_user):
        client.force_login(admin_user)
        does(client, booking, "hand_over", photos=[picture("avant.png")])
        address = f"/admin/bookings/{booking.submission.case.reference}/photos/{StoredFile.objects.get().pk}/"
        client.force_login(member(Role.READ))  # a member of the team, to read only
        assert client.get(address).status_code == 200
        assert does(client, booking, "take_back").status_code == 404
        client.force_login(member(team=TeamFactory(key="autre")))
        assert client.get(address).status_code == 404
        assert does(client, booking, "take_back").status_code == 404
        booking.refresh_from_db()
        assert booking.state == "handed_over"

    def test_missed_booking_refunds_the_deposit(self, client, booking, admin_user, time_machine):
        time_machine.move_to(booking.starts_at + timedelta(hours=1), tick=False)
        client.force_login(admin_user)
        does(client, booking, "miss")
        booking.refresh_from_db()
        assert (booking.state, refunded()) == ("missed", [DEPOSIT])

    @pytest.mark.parametrize(
        ("days", "back"), [(15, PRICE + DEPOSIT), (5, PRICE // 2 + DEPOSIT), (1.5, DEPOSIT)]
    )
    def test_cancellation_refunds_by_the_terms(self, client, booking, time_machine, days, back):
        url = f"{private(booking)}reservations/{booking.pk}/annuler/"
        time_machine.move_to(booking.starts_at - timedelta(days=days), tick=False)
        amount = f"{back / 100:.0f}.–"
        assert amount in client.get(url).content.decode()
        client.post(url)
        assert sum(refunded()) == back
        text = Delivery.objects.get(title__startswith="Votre réservation a été annulée").payload["text"]
        assert amount in text
        assert "La page de votre demande indique quand c’est fait." in " ".join(text.split())
        assert not Refund.objects.filter(told=False).exists()  # no second e-mail about the money

    def test_cancel_page_shows_refunds_now_and_later(self, client, booking, time_machine):
        url = f"{private(booking)}reservations/{booking.pk}/annuler/"
        shown = plain_text(client.get(url))
        for words in (
            "CHF 380.–",
            "La caution de CHF 200.– y est comprise",
            "après le 6 mars 2026, 18 h",
            "CHF 290.–",
            "après le 18 mars 2026, 18 h",
        ):
            assert words in shown
        time_machine.move_to(booking.starts_at - timedelta(days=5), tick=False)
        shown = plain_text(client.get(url))
        assert "CHF 290.–" in shown
        assert "6 mars" not in shown

    def test_cancel_page_confirms_a_changed_refund_first(self, client, booking, time_machine):
        url = f"{private(booking)}reservations/{booking.pk}/annuler/"
        assert f'name="paid_back" value="{PRICE + DEPOSIT}"' in client.get(url).text
        time_machine.move_to(booking.starts_at - timedelta(days=5), tick=False)
        again = client.post(url, {"paid_back": PRICE + DEPOSIT})
        assert (again.status_code, refunded()) == (409, [])
        assert "Le montant a changé" in again.text
        client.post(url, {"paid_back": PRICE // 2 + DEPOSIT})
        assert sum(refunded()) == PRICE // 2 + DEPOSIT

    def test_terms_shown_when_booking_outlast_later_changes(self, client, booking, time_machine):
        booking.resource.refunds = []
        booking.resource.save()
        time_machine.move_to(booking.starts_at - timedelta(days=5), tick=False)
        client.post(f"{private(booking)}reservations/{booking.pk}/annuler/")
        assert sum(refunded()) == PRICE // 2 + DEPOSIT

    @pytest.mark.parametrize("days", [15, 5, 1.5])
    @pytest.mark.parametrize("where", ["case", "plan"])
    def test_cancellation_by_the_commune_refunds_everything(
        self, client, booking, admin_user, time_machine, days, where
    ):
        time_machine.move_to(booking.starts_at - timedelta(days=days), tick=False)
        client.force_login(admin_user)
        if where == "case":
            assert "by_terms" in screen(client, booking)
            does(client, booking, "cancel")
        else:
            assert "by_terms" in client.get(f"/admin/bookings/{booking.pk}/").text
            client.post(f"/admin/bookings/{booking.pk}/cancel/")
        assert sum(refunded()) == PRICE + DEPOSIT
        assert "CHF 380.–" in Delivery.objects.get(
            title__startswith="Votre réservation a été annulée"
        ).payload["text"].replace("\N{NO-BREAK SPACE}", " ")

    @pytest.mark.parametrize("where", ["case", "plan"])
    def test_staff_cancels_by_the_terms_for_the_applicant(
        self, client, booking, admin_user, time_machine, where
    ):
        time_machine.move_to(booking.starts_at - timedelta(days=5), tick=False)
        client.force_login(admin_user)
        if where == "case":
            does(client, booking, "cancel", by_terms="on")
        else:
            client.post(f"/admin/bookings/{booking.pk}/cancel/", {"by_terms": "on"})
        assert sum(refunded()) == PRICE // 2 + DEPOSIT

    @pytest.mark.parametrize("withdrawn", [True, False])
    def test_withdrawn_case_refunds_by_terms_and_refused_case_all(self, booking, time_machine, withdrawn):
        time_machine.move_to(booking.starts_at - timedelta(days=5), tick=False)
        Case.objects.update(state="closed", outcome="withdrawn" if withdrawn else "refused")
        actions.release_booking(actor=SYSTEM, booking=booking)
        assert sum(refunded()) == (PRICE // 2 if withdrawn else PRICE) + DEPOSIT


def test_refunds_of_several_bookings_sum_to_the_payment(client, booked, admin_user):
    times = booked(repeat="1", until="2026-04-10", leave="1")  # not on Good Friday
    client.force_login(admin_user)
    Submission.objects.update(fees=[{"key": "quand_1", "total": 10_000}])
    for booking in times:
        does(client, booking, "cancel")
    assert sorted(refunded()) == [3_333, 3_333, 3_334]


def test_deposit_comes_back_with_the_last_booking(client, booked, admin_user):
    first, last = booked(repeat="1", until="2026-03-27")
    client.force_login(admin_user)
    does(client, first, "cancel")
    assert refunded() == [PRICE]
    does(client, last, "hand_over")
    does(client, last, "take_back")
    assert refunded() == [PRICE, DEPOSIT]


def test_status_page_names_a_deposit_once(client, booked):
    booked(repeat="1", until="2026-03-27")
    assert [row.deposit for row in status_rows(client)] == [0, DEPOSIT]


def test_status_page_names_refunds_until_changes_end(client, booked):
    (booking,) = booked()
    for hours, ends in ((0, None), (24, booking.starts_at - timedelta(hours=24))):
        Resource.objects.update(change_until=hours)
        (row,) = status_rows(client)
        assert row.back[-1][0] == ends
        assert all(at < booking.starts_at - timedelta(hours=hours) for at, _amount in row.back[:-1])
        assert row.back[0][1] == PRICE + DEPOSIT
    Resource.objects.update(change_until=24 * 15)  # before the terms change for the first time
    (row,) = status_rows(client)
    assert row.back == ((booking.starts_at - timedelta(days=15), PRICE + DEPOSIT),)


def test_status_page_reads_payments_once_for_all_bookings(client, booked, django_assert_max_num_queries):
    booked(repeat="1", until="2026-03-27")
    status_rows(client)
    with django_assert_max_num_queries(25):
        assert len(status_rows(client)) == 2


def status_rows(client) -> list:
    secret = Case.objects.get().links.first().secret
    return client.get(f"/dossier/{secret}/").context["bookings"]


def test_unpaid_booking_has_no_refund(client, booked, admin_user):
    (booking,) = booked(pay=False)
    client.force_login(admin_user)
    does(client, booking, "cancel")
    assert refunded() == []


def decides(client, booking: Booking, do: str, **typed):
    """Send an action as an agent who decides from the case page, advance the case and return the response."""
    case = booking.submission.case
    client.force_login(member(Role.DECIDE, case.team))
    answer = client.post(
        f"/admin/cases/{case.reference}/{do}/", {"seen": audit_log.last_relevant_event(case)} | typed
    )
    process.advance_case(case.pk)
    return answer


def cancellations() -> str:
    """Return the texts of the e-mails about cancellations.

    Checks that no e-mail mentions an acceptance.
    """
    assert not Delivery.objects.filter(title__contains="acceptée").exists()
    sent = Delivery.objects.filter(title__startswith="Votre réservation a été annulée")
    return "".join(one.payload["text"] for one in sent).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("who", ["staff", "resident"])
def test_case_with_all_bookings_cancelled_is_free(client, booked, who):
    (booking,) = booked(pay=False, stages=(DECIDING, PAYMENT, CONFIRMING))
    if who == "resident":
        cancel = f"{private(booking)}reservations/{booking.pk}/annuler/"
        assert "Vous n’avez rien à payer" in client.get(cancel).text
        client.post(cancel)
    client.force_login(member(Role.DECIDE, booking.submission.case.team))
    if who == "staff":
        does(client, booking, "cancel")
    page = screen(client, booking)
    assert "<small>Vendredi 20 mars 2026, 18 h à 22 h : annulée</small>" in page.replace(
        "\N{NO-BREAK SPACE}", " "
    )
    assert "Plus rien de ce qui était réservé" in page
    again = decides(client, booking, "accept")
    assert (again.status_code, Charge.objects.count()) == (409, 0)
    assert "Plus rien de ce qui était réservé" in again.text
    assert "annulée" in client.get(private(booking)).text
    assert decides(client, booking, "refuse", reason="La réservation est annulée.").status_code == 302
    assert cancellations()


@pytest.mark.parametrize("reopened", [False, True])
def test_case_without_bookings_is_accepted_only_with_a_reason(client, booked, reopened):
    (booking,) = booked(pay=False, stages=(DECIDING, CONFIRMING))
    case = booking.submission.case
    if reopened:
        cases.refuse_case(actor=member(Role.DECIDE), case=case, reason="Trop tard.")
        actions.release_booking(actor=SYSTEM, booking=booking)
        cases.reopen_case(actor=member(Role.LEAD), case=case, reason="Une erreur.")
        process.advance_case(case.pk)
    else:
        actions.cancel_booking(actor=member(), booking=booking)
    assert decides(client, booking, "accept").status_code == 409
    assert decides(client, booking, "accept", reason="Sans le rendez-vous.").status_code == 302
    letter = Delivery.objects.get(title__contains="acceptée")
    assert "Sans le rendez-vous." in letter.payload["text"]


def test_accepted_then_cancelled_booking_sends_only_cancellation(client, booked):
    (booking,) = booked(pay=False, stages=(DECIDING, CONFIRMING))
    cases.accept_case(actor=member(Role.DECIDE), case=booking.submission.case)
    actions.cancel_booking(actor=member(), booking=booking)
    process.advance_case(booking.submission.case.pk)
    assert cancellations()


def test_remaining_booking_is_accepted_billed_and_confirmed(client, booked):
    first, last = booked(pay=False, stages=(DECIDING, PAYMENT, CONFIRMING), repeat="1", until="2026-03-27")
    client.force_login(member(Role.DECIDE, first.submission.case.team))
    does(client, first, "cancel")
    assert decides(client, first, "accept").status_code == 302
    charge = Charge.objects.get()
    assert charge.amount == PRICE + DEPOSIT
    assert [(line["quantity"], line["total"]) for line in charge.lines] == [("1", PRICE), ("1", DEPOSIT)]
    paid(charge)
    process.advance_case(charge.case_id)
    last.refresh_from_db()
    assert last.state == "confirmed"
    does(client, last, "cancel")
    assert refunded() == [PRICE + DEPOSIT]


def test_open_amount_follows_cancelled_bookings(client, booked):
    first, last = booked(pay=False, repeat="1", until="2026-03-27")
    begun(Charge.objects.get())
    actions.cancel_booking(actor=member(), booking=first)
    assert Charge.objects.get().open_amount == PRICE + DEPOSIT
    assert "CHF 380.– restent à payer, désormais jusqu’au 26 mars 2026" in cancellations()
    sweep()
    assert Payment.objects.get().state == "cancelled"  # its amount is outdated
    assert "Payer" in client.get(private(last)).text
    actions.cancel_booking(actor=member(), booking=last)
    assert Charge.objects.get().state == "cancelled"
    assert "Plus rien n’est à payer" in cancellations()
    assert "Payer" not in client.get(private(last)).text


def test_reduced_fee_line_drops_its_breakdown(booked):
    first, _last = booked(pay=False, repeat="1", until="2026-03-27")
    whole = first.submission.fees[0] | {"label": "Salle (1 pièce, 2 fois)", "bare": "Salle"}
    Submission.objects.update(fees=[whole])
    actions.cancel_booking(actor=member(), booking=first)
    assert [(line["label"], line["quantity"]) for line in Charge.objects.get().lines] == [("Salle", "1")]


def test_cancelled_unpaid_booking_stays_due_by_the_terms(client, booked, time_machine):
    (booking,) = booked(pay=False, stages=(PAYMENT,))
    time_machine.move_to(booking.starts_at - timedelta(days=5), tick=False)
    client.post(f"{private(booking)}reservations/{booking.pk}/annuler/")
    assert Charge.objects.get().open_amount == PRICE // 2


def counted(charge: Charge, part: int) -> None:
    """Record a payment of ``part`` and allocate it to the charge as an agent."""
    payment = begun(charge)
    pays(payment)
    payments.record_receipt(actor=None, payment=payment, amount=part, currency="CHF")
    settlement.allocate_to_charge(actor=member(), unallocated=UnallocatedPayment.objects.get(), charge=charge)


def paid_back() -> list[int]:
    """Run all refunds and return their amounts."""
    for refund in Refund.objects.all():
        provider_calls.run_refund(refund.pk)
    return refunded()


def earned() -> dict[str, int]:
    """Return the income of the fee accounts by the journal.

    Checks the ledger for errors.
    """
    assert list(ledger.ledger_errors()) == []
    sums = ledger.account_balances(JournalRow.objects.all())["CHF"]
    return {account: -sums.get(account, 0) for account in ("4310.00", "2000.00")}


@pytest.mark.parametrize(("part", "back"), [(28_000, 0), (PRICE + DEPOSIT, 0), (50_000, 12_000)])
def test_partly_paid_charge_refunds_the_excess(client, booked, part, back):
    first, last = booked(pay=False, repeat="1", until="2026-03-27")
    charge = Charge.objects.get()
    counted(charge, part)
    page = client.get(f"{private(first)}reservations/{first.pk}/annuler/").text
    actions.cancel_booking(actor=member(), booking=first)
    assert sum(refunded()) == back
    for told in (cancellations(), page):
        assert ("Nous vous remboursons CHF 120.–" in told.replace("\N{NO-BREAK SPACE}", " ")) == bool(back)
    charge.refresh_from_db()
    assert charge.open_amount == max(PRICE + DEPOSIT - part, 0)
    if charge.open_amount:
        paid(charge)
    paid_back()
    assert earned() == {"4310.00": PRICE, "2000.00": DEPOSIT}
    actions.cancel_booking(actor=member(), booking=last)
    assert sum(paid_back()) == max(part, PRICE + DEPOSIT)
    assert earned() == {"4310.00": 0, "2000.00": 0}


def test_partly_paid_charge_is_refunded_if_nothing_stays_due(booked):
    (booking,) = booked(pay=False)
    counted(Charge.objects.get(), 5_000)
    actions.cancel_booking(actor=member(), booking=booking)
    assert paid_back() == [5_000]
    assert "CHF 50.–" in cancellations()
    assert earned() == {"4310.00": 0, "2000.00": 0}


def test_expired_charge_names_no_deadline_after_cancellation(booked, time_machine):
    _first, last = booked(pay=False, repeat="1", until="2026-03-27")
    charge = Charge.objects.get()
    time_machine.move_to(charge.expires_at + timedelta(minutes=1), tick=False)
    charges.process_due_charge(charge.pk, timezone.now())
    actions.cancel_booking(actor=member(), booking=last)
    assert "CHF 380.– restent à payer." in cancellations()


def test_inspection_is_archived_and_erased_with_the_case(client, booked, admin_user):
    (booking,) = booked()
    client.force_login(admin_user)
    does(client, booking, "hand_over", text="Chez Ada Rochat", photos=[picture("avant.png")])
    case = Case.objects.get()
    parts = {name: content.read() for name, content in archive_booking_files(case)}
    assert set(parts) == {"bookings.json", "bookings/01-avant.png"}
    assert "Ada Rochat" in parts["bookings.json"].decode()
    case_erased.send(sender=Case, case=case, actor=admin_user)
    assert not StoredFile.objects.exists()
    assert Inspection.objects.get().text == ""
