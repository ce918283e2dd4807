"""Payment of a case's charge, from the pay page to the confirmation; exactly once, whatever happens on the way."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.cases import actions, process
from eservices.cases.desk.case.page import describe_situation
from eservices.cases.models import Case, StatusLink
from eservices.cases.states import CaseState
from eservices.deliveries import circuit_breaker
from eservices.deliveries.models import Delivery
from eservices.payments import emails, jobs, ledger, polling_schedule, provider_calls, tasks, views
from eservices.payments.actions import charges, payments, refunds
from eservices.payments.actions.locking import PaymentActionRefused
from eservices.payments.contrib.demo.provider import MOMENT
from eservices.payments.models import Charge, JournalRow, Payment, UnallocatedPayment
from eservices.payments.models.demo_payments import DemoPayment
from eservices.payments.providers import (
    REFUND_FAILED,
    SUCCEEDED,
    PaymentStatus,
    ProviderUnavailable,
    RefundStatus,
    payment_providers,
)
from eservices.payments.states import ChargeState, PaymentState
from tests.factories.accounts import SuperuserFactory, known
from tests.factories.cases import DECISION, CaseFactory, applicant, member
from tests.factories.payments import PAYMENT, begun, due_charge, paid, pays, sweep
from tests.factories.register import checked_case

pytestmark = pytest.mark.django_db


def pay_url(charge, query="") -> str:
    return reverse("payments:pay", args=[charge.basket.secret]) + query


def text(response) -> str:
    return response.content.decode()


def assert_books_agree():
    assert list(ledger.ledger_errors()) == []


# -- Charges -------------------------------------------------------------------------------------------------
def test_payment_stage_charges_and_waits_for_the_applicant():
    charge = due_charge()
    row = charge.stage
    assert (charge.amount, charge.currency, charge.state) == (3000, "CHF", ChargeState.OPEN)
    assert (row.progress, row.waiting_for) == ("active", "applicant")
    assert charge.case.events.filter(kind="charged").count() == 1
    letter = Delivery.objects.for_subject(charge.case.subject).get(title__contains="CHF\u00a030.–")
    assert charge.basket.secret in letter.payload["text"]


def test_free_case_has_no_charge():
    case = CaseFactory(stages=[PAYMENT], answers={}, advanced=False)
    case.submission.fees = []
    case.submission.save()
    process.advance_case(case.pk)
    case.refresh_from_db()
    assert (case.state, case.charges.count()) == (CaseState.CLOSED, 0)


def freed(by: str, answers: dict, choice: str = "") -> Charge:
    """Create the charge of a known resident whose payment stage exempts ``by`` their resident record."""
    exempt = PAYMENT | {"settings": PAYMENT["settings"] | {"exempt": by}}
    person = known("Élodie", "Marchetti")
    case = checked_case(answers, following=[exempt], settings={"with_address": False}, user=person)
    if choice:
        actions.complete_stage_task(actor=member(), case=case, stage="check", data={"choice": choice})
        process.advance_case(case.pk)
    return case.charges.get()


NOE = {"prenom": "Noé", "naissance": "2019-09-02"}
LEFT_TOWN = {"prenom": "Bruno", "nom": "Gétaz", "naissance": "1970-12-24"}
NOBODY_SUCH = {"naissance": "1988-04-18"}


@pytest.mark.parametrize(
    ("by", "answers", "choice", "reason"),
    [
        ("resident", {}, "", "habite la commune"),
        ("resident", LEFT_TOWN, "", ""),
        ("resident", NOBODY_SUCH, "nobody", ""),
        ("resident", NOBODY_SUCH, "person:ORV-1", "habite la commune"),
        ("minor", NOE, "", "moins de 18 ans"),
        ("minor", {}, "", ""),
    ],
)
def test_register_exemption_waives_the_whole_charge(client, by, answers, choice, reason):
    charge = freed(by, answers, choice)
    assert [line["total"] for line in charge.lines] == [3000]  # the full price stays visible
    assert not JournalRow.objects.exists()
    if reason:
        assert (charge.state, charge.due_at, charge.baskets.count()) == (ChargeState.WAIVED, None, 0)
        assert reason in charge.reason
        assert Case.objects.get(pk=charge.case_id).state == CaseState.CLOSED
        assert charge.case.events.get(kind="charged").data["waived"] == charge.reason
    else:
        assert (charge.state, charge.reason, charge.open_amount) == (ChargeState.OPEN, "", 3000)
        assert "Payer CHF\N{NO-BREAK SPACE}30.–" in text(client.get(pay_url(charge)))


def test_payment_stage_precedes_or_follows_the_decision():
    before = due_charge(stages=[PAYMENT, DECISION]).case
    assert not actions.can_decide(before)
    paid(before.charges.get())
    assert actions.can_decide(Case.objects.get(pk=before.pk))

    after = CaseFactory(stages=[DECISION, PAYMENT])
    assert not after.charges.exists()
    actions.accept_case(actor=member(), case=after, reason="Tout est là.")
    sweep()
    assert after.charges.get().state == ChargeState.OPEN
    _receipt, told = letters(after)  # one e-mail for both: the acceptance and the amount due
    for said in (told.payload["text"], told.payload["html"]):
        assert [words in said for words in ("accepté votre demande", "Tout est là.", "CHF\u00a030.–")] == [
            True
        ] * 3


def test_acceptance_is_sent_alone_if_nothing_is_due():
    free = CaseFactory(stages=[DECISION, PAYMENT])
    free.submission.fees = []
    free.submission.save()
    actions.accept_case(actor=member(), case=free)
    sweep()
    _receipt, told = letters(free)
    assert "est acceptée" in told.title


def letters(case) -> list[Delivery]:
    return list(Delivery.objects.for_subject(case.subject).order_by("created_at"))


# -- Payment at a provider -----------------------------------------------------------------------------------
def test_payer_returns_from_the_provider_to_a_receipt(client):
    charge = due_charge()
    status = reverse("space:status", args=[charge.case.links.get(mailed=False).secret])
    assert pay_url(charge) in text(client.get(status))

    page = client.get(pay_url(charge, f"?de={status}"))
    assert "Payer CHF\N{NO-BREAK SPACE}30.–" in text(page)
    assert page["Cache-Control"] == "private, no-store"
    away = client.post(pay_url(charge), {"provider": "demo", "back": status})
    assert away.status_code == 302
    theirs = DemoPayment.objects.get()
    back = client.post(away.url, {"do": "pay"})
    done = client.get(back.url.removeprefix("http://testserver"), follow=True)

    sweep()
    assert "Payé. Merci." in text(done)
    assert status in text(done)
    payment = Payment.objects.get()
    assert (payment.pk, payment.state, payment.received) == (theirs.pk, PaymentState.SUCCEEDED, 3000)
    assert payment.receipt.startswith("Q-")
    assert payment.receipt in text(done)
    assert Case.objects.get(pk=charge.case_id).state == CaseState.CLOSED
    assert (
        Delivery.objects.for_subject(charge.case.subject).filter(title__contains=payment.receipt).count() == 1
    )
    receipt = reverse("payments:receipt", args=[payment.basket.secret, payment.pk])
    assert b"".join(client.get(receipt).streaming_content)[:5] == b"%PDF-"
    assert receipt in text(client.get(status))


def test_emails_about_money_link_to_the_case():
    charge = due_charge()
    paid(charge)
    refund = refunds.request_refund(
        actor=member(), allocation=charge.allocations.get(), amount=1000, reason="Trop perçu"
    )
    emails.send_payment_reminder(charge, charge.basket)
    emails.send_refund_notice(charge, refund)
    private = r"http\S+/dossier/[\w-]{22}"
    letters = [
        one for one in Delivery.objects.for_subject(charge.case.subject) if "CHF" in one.payload["text"]
    ]
    assert len(letters) == 4
    for letter in letters:
        assert re.search(private, letter.payload["text"])
        assert re.search(f'href="{private}', letter.payload["html"])
    assert_books_agree()


def test_declined_payment_can_be_tried_again(client):
    charge = due_charge()
    away = client.post(pay_url(charge), {"provider": "demo"})
    back = client.post(away.url, {"do": "decline"})
    page = client.get(back.url.removeprefix("http://testserver"), follow=True)
    assert "Rien n’a été débité." in text(page)
    assert Payment.objects.get().state == PaymentState.FAILED

    again = client.post(pay_url(charge), {"provider": "demo"})
    client.post(again.url, {"do": "pay"})
    provider_calls.poll_payment(Payment.objects.open().get().pk)
    charge.refresh_from_db()
    assert charge.state == ChargeState.PAID
    assert_books_agree()


def test_pay_page_follows_a_payment_confirmed_on_the_phone(client, time_machine):
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    charge = due_charge()
    away = client.post(pay_url(charge), {"provider": "demo"})
    back = client.post(away.url, {"do": "wait"})
    page = client.get(back.url.removeprefix("http://testserver"), follow=True)
    assert "n’a pas encore répondu" in text(page)
    payment = Payment.objects.get()
    told = []
    for seconds in (
        5,
        MOMENT.seconds,
        MOMENT.seconds + 2,
    ):  # the demo provider confirms it after the second poll
        time_machine.move_to(start + timedelta(seconds=seconds), tick=False)
        told.append(client.get(state_url(payment)).json()["state"])
    assert told == ["pending", "pending", "succeeded"]
    charge.refresh_from_db()
    assert charge.state == ChargeState.PAID
    assert "Payé. Merci." in text(client.get(pay_url(charge)))


def test_silent_provider_leaves_other_providers_available(client):
    charge = due_charge()
    away = client.post(pay_url(charge), {"provider": "demo"})
    client.post(away.url, {"do": "silent"})
    page = text(client.get(pay_url(charge)))
    assert "n’a pas encore répondu" in page
    assert 'value="counter"' in page
    state = client.get(reverse("payments:state", args=[charge.basket.secret, Payment.objects.get().pk]))
    assert state.json() == {"state": "pending"}


def status_page(client, charge) -> str:
    link = StatusLink.objects.create(case=charge.case, mailed=True)
    return text(client.get(reverse("space:status", args=[link.secret])))


def test_status_page_shows_a_payment_to_be_confirmed(client):
    charge = due_charge()
    before = status_page(client, charge)
    payment = begun(charge)
    waiting = status_page(client, charge)
    words = _("%(provider)s has not confirmed the payment of %(amount)s yet")
    said = words % {"provider": payment_providers["demo"].label, "amount": "CHF\u00a030.–"}
    assert said in waiting
    assert said not in before
    assert "Il reste une chose" in before
    assert "Il reste une chose" not in waiting
    assert _("We wait for the confirmation of your payment.") in waiting
    assert state_url(payment) in waiting
    assert reverse("payments:pay", args=[payment.basket.secret]) in waiting
    pays(payment)
    provider_calls.poll_payment(payment.pk)
    sweep()
    assert said not in status_page(client, charge)


def test_status_page_shows_a_payment_that_was_not_completed(client):
    charge = due_charge()
    for state in (PaymentState.FAILED, PaymentState.CANCELLED):
        payments.save_provider_answer(payment=begun(charge), answer=PaymentStatus(state))
        shown = status_page(client, charge)
        assert "Votre dernière tentative de paiement" in shown
        assert pay_url(charge) in shown
        assert "data-waits" not in shown


def test_status_page_does_not_wait_for_a_bill(client):
    charge = due_charge()
    begun(charge, "counter")
    shown = status_page(client, charge)
    assert "Votre choix" in shown
    assert "data-waits" not in shown


@pytest.mark.parametrize("minutes", [0.35, 20, 119, 121, 23 * 60])
def test_lost_webhook_is_made_up_for_within_a_minute(time_machine, minutes):
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    payment = begun(due_charge())
    paid_at = start + timedelta(minutes=minutes)
    time_machine.move_to(paid_at, tick=False)
    jobs.wake_due_payments(timezone.now())  # not paid yet: polled, and polled again later
    pays(payment)
    waited = timedelta()
    while Payment.objects.get().state != PaymentState.SUCCEEDED:
        waited += timedelta(seconds=15)  # the scheduler's interval
        time_machine.move_to(paid_at + waited, tick=False)
        jobs.wake_due_payments(timezone.now())
    assert waited <= timedelta(minutes=1)


def state_url(payment) -> str:
    return reverse("payments:state", args=[payment.basket.secret, payment.pk])


@pytest.fixture
def looks(monkeypatch) -> list:
    """Record each call that polls the demo provider for a payment."""
    asked, look = [], payment_providers["demo"].fetch_status

    def counted(payment):
        asked.append(payment.pk)
        return look(payment)

    monkeypatch.setattr(payment_providers["demo"], "fetch_status", counted)
    return asked


def test_payer_waiting_for_hours_sees_the_confirmation(client, time_machine, looks):
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    payment = begun(due_charge())
    time_machine.move_to(start + timedelta(hours=5), tick=False)
    jobs.wake_due_payments(timezone.now())
    assert client.get(state_url(payment)).json() == {"state": "pending"}
    pays(payment)
    waited, told = timedelta(), "pending"
    while told == "pending":
        waited += timedelta(seconds=15)  # an open page asks us at this interval, see payment.js
        time_machine.move_to(start + timedelta(hours=5) + waited, tick=False)
        told = client.get(state_url(payment)).json()["state"]
    assert (told, waited <= timedelta(minutes=1)) == ("succeeded", True)


def test_waiting_payer_resumes_frequent_polling(client, time_machine, looks):
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    payment = begun(due_charge())
    time_machine.move_to(start + timedelta(hours=5), tick=False)
    client.get(state_url(payment))
    payment.refresh_from_db()
    assert payment.due_at == timezone.now() + timedelta(seconds=20)


def test_provider_is_polled_every_few_seconds_at_most(client, time_machine, looks):
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    payment = begun(due_charge())
    for seconds in range(20):  # two tabs for twenty seconds
        time_machine.move_to(start + timedelta(seconds=seconds), tick=False)
        for _tab in range(2):
            client.get(state_url(payment))
    assert len(looks) == 4


def test_polls_by_returning_payers_are_limited(client, time_machine, looks):
    payment, other = begun(due_charge()), begun(due_charge())
    back = [reverse("payments:back", args=[one.basket.secret, one.pk]) for one in (payment, other)]
    for _time in range(views.BACK.most + 5):
        assert client.get(back[0]).status_code == 302
    assert len(looks) == views.BACK.most
    client.get(back[1])
    assert looks[-1] == other.pk
    time_machine.move_to(timezone.now() + timedelta(seconds=61))
    pays(payment)
    client.get(back[0])
    assert Payment.objects.get(pk=payment.pk).is_received


def test_slow_provider_has_one_task_per_payment(client, time_machine, monkeypatch):
    woken = []

    def enqueue(task, *arguments):
        if task == tasks.poll_payment:
            woken.extend(arguments)

    monkeypatch.setattr(type(tasks.poll_payment), "enqueue", enqueue)
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    payment = begun(due_charge())
    for seconds in range(0, 59, 3):  # no worker has run yet
        time_machine.move_to(start + timedelta(seconds=seconds), tick=False)
        client.get(state_url(payment))
        jobs.wake_due_payments(timezone.now())
    assert woken == [str(payment.pk)]
    time_machine.move_to(start + timedelta(seconds=61), tick=False)
    jobs.wake_due_payments(timezone.now())
    assert len(woken) == 2  # the first task must be lost


def test_state_page_polls_only_for_own_open_payments(client, looks):
    payment = begun(due_charge())
    stranger, by_hand = due_charge(), begun(due_charge(), "counter")
    wrong = reverse("payments:state", args=[stranger.basket.secret, payment.pk])
    assert client.get(wrong).status_code == 404
    assert client.post(state_url(payment)).status_code == 405
    assert client.get(state_url(by_hand)).json() == {"state": "pending"}
    assert looks == []
    done = paid(due_charge())
    looks.clear()
    assert client.get(state_url(done)).json() == {"state": "succeeded"}
    assert looks == []


def test_due_payments_beyond_the_batch_are_polled_in_turn(monkeypatch, looks):
    monkeypatch.setattr(polling_schedule, "BATCH_SIZE", 2)
    now = timezone.now()
    open_for = {begun(due_charge()).pk: hours for hours in (20, 9, 1, 0, 0)}
    for number, (pk, hours) in enumerate(open_for.items()):
        opened_at, due_at = now - timedelta(hours=hours), now - timedelta(seconds=60 - number)
        Payment.objects.filter(pk=pk).update(opened_at=opened_at, due_at=due_at)
    for _sweep in range(2):
        jobs.wake_due_payments(now)
    assert looks == list(open_for)[:4]
    later = begun(due_charge())
    Payment.objects.filter(pk=later.pk).update(due_at=now)
    jobs.wake_due_payments(now)
    assert looks == [*open_for, later.pk]


def test_unavailable_provider_is_paused_and_staff_alerted(client, monkeypatch):
    SuperuserFactory(email="greffe@example.org")
    asked = []

    def away(payment):
        asked.append(payment)
        raise ProviderUnavailable("no route to host")

    payments = [begun(due_charge()) for _number in range(2)]
    monkeypatch.setattr(payment_providers["demo"], "fetch_status", away)
    for _time in range(5):
        for payment in payments:
            provider_calls.poll_payment(payment.pk)
    assert len(asked) == circuit_breaker.FAILURES
    letter = Delivery.objects.get(subject="alert:pay_demo")
    assert "Paiement – Paiement d’essai" in letter.payload["text"]
    page = client.post(pay_url(due_charge()), {"provider": "demo"})  # refused at once, not after a time-out
    assert page.status_code == 503
    monkeypatch.undo()
    circuit_breaker.allow_next_attempt("pay_demo", timezone.now())
    assert provider_calls.poll_payment(payments[0].pk).fault == ""


def test_unknown_or_rehearsal_payment_link_is_not_found(client):
    assert client.get(reverse("payments:pay", args=["x" * 22])).status_code == 404
    rehearsed = due_charge(rehearsal=True)
    assert client.get(pay_url(rehearsed)).status_code == 404
    assert client.post(pay_url(rehearsed), {"provider": "demo"}).status_code == 404


def test_provider_that_is_not_offered_is_refused(client, settings):
    charge = due_charge()
    settings.PAYMENT_PROVIDERS = ["counter"]
    page = client.post(pay_url(charge), {"provider": "demo"})
    assert page.status_code == 422
    assert "Choisissez" in text(page)
    assert not Payment.objects.exists()


def test_back_link_accepts_only_paths_of_this_site(client):
    charge = due_charge()
    page = text(client.get(pay_url(charge, "?de=//elsewhere.example/")))
    assert '="//elsewhere' not in page


# -- Exactly once, and nothing lost --------------------------------------------------------------------------
def test_two_tabs_start_one_payment():
    charge = due_charge()
    assert begun(charge).pk == begun(charge).pk
    assert DemoPayment.objects.count() == 1


def test_second_payment_is_unallocated_and_shown(client):
    charge = due_charge()
    second = begun(charge, "counter")
    first = paid(charge)
    assert Payment.objects.get(pk=second.pk).state == PaymentState.CANCELLED  # cancelled at once
    payments.record_receipt(actor=None, payment=second, amount=3000, currency="CHF")

    kept = UnallocatedPayment.objects.get()
    assert (kept.amount, kept.why) == (3000, UnallocatedPayment.Why.DOUBLE)
    charge.refresh_from_db()
    assert charge.paid == 3000
    assert charge.case.events.filter(kind="payment_set_aside").count() == 1
    assert "n’étaient pas dus" in text(client.get(pay_url(charge)))
    assert {first.receipt[-1], Payment.objects.get(pk=second.pk).receipt[-1]} == {"1", "2"}
    assert_books_agree()


def test_waiting_payment_is_cancelled_once_another_is_paid():
    charge = due_charge(stages=[PAYMENT, DECISION])
    waiting = begun(charge)
    begun(charge, "counter")
    payments.record_receipt(
        actor=None, payment=Payment.objects.get(provider="counter"), amount=3000, currency="CHF"
    )
    sweep()
    assert DemoPayment.objects.get(pk=waiting.pk).state == "cancelled"
    assert Payment.objects.get(pk=waiting.pk).state == PaymentState.CANCELLED


def test_late_payer_sees_the_refund_and_no_confirmation(client):
    charge = due_charge()
    payment = begun(charge, "counter")
    charges.process_due_charge(charge.pk, charge.expires_at)
    payments.record_receipt(actor=None, payment=payment, amount=3000, currency="CHF")
    page = text(client.get(pay_url(charge)))
    assert "Le délai de paiement est passé" in page
    assert "Payé" not in page
    assert "n’étaient pas dus" in page
    kept = UnallocatedPayment.objects.get()
    refund = refunds.refund_unallocated(actor=member(), unallocated=kept, reason="Trop tard.")
    refunds.complete_by_hand(actor=member(), refund=provider_calls.run_refund(refund.pk))
    assert "n’étaient pas dus" not in text(client.get(pay_url(charge)))


def test_foreign_currency_is_shown_everywhere(client):
    charge = due_charge(stages=[PAYMENT, DECISION])
    payment = begun(charge, "counter")
    payments.record_receipt(actor=None, payment=payment, amount=2950, currency="EUR")
    client.force_login(SuperuserFactory())
    screens = [
        pay_url(charge),
        reverse("cases:case", args=[charge.case.reference]),
        reverse("money:aside"),
        reverse("money:journal"),
    ]
    letter = Delivery.objects.for_subject(charge.case.subject).get(title__contains="Q-")
    letters = [letter.payload["text"], letter.payload["html"]]
    for said in [*(text(client.get(url)) for url in screens), *letters]:
        assert "EUR\N{NO-BREAK SPACE}29.50" in said
        assert "CHF\N{NO-BREAK SPACE}29.50" not in said


def test_failed_refund_is_not_shown_to_the_payer(client):
    charge = due_charge()
    allocation = paid(charge).allocations.get()
    refund = refunds.request_refund(actor=member(), allocation=allocation, amount=1000, reason="Trop perçu.")
    assert "Trop perçu." in text(client.get(pay_url(charge)))
    refunds.save_refund_answer(refund=refund, answer=RefundStatus(REFUND_FAILED))
    assert "Trop perçu." not in text(client.get(pay_url(charge)))


def test_payment_after_the_deadline_is_unallocated():
    charge = due_charge()
    payment = begun(charge)
    pays(payment)
    charges.process_due_charge(charge.pk, charge.expires_at)
    sweep()
    charge.refresh_from_db()
    assert charge.state == ChargeState.EXPIRED
    assert UnallocatedPayment.objects.get().why == UnallocatedPayment.Why.LATE
    assert Payment.objects.get().received == 3000
    assert charge.case.stages.get().waiting_for == "agent"
    assert_books_agree()


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (PaymentStatus(SUCCEEDED, "x", amount=100, currency="CHF"), UnallocatedPayment.Why.OTHER_AMOUNT),
        (PaymentStatus(SUCCEEDED, "x", amount=9000, currency="CHF"), UnallocatedPayment.Why.OTHER_AMOUNT),
        (PaymentStatus(SUCCEEDED, "x", amount=3000, currency="EUR"), UnallocatedPayment.Why.OTHER_CURRENCY),
    ],
)
def test_wrong_amount_or_currency_is_unallocated(answer, why):
    charge = due_charge()
    payments.save_provider_answer(payment=begun(charge), answer=answer)
    charge.refresh_from_db()
    assert (charge.paid, charge.state) == (0, ChargeState.OPEN)
    kept = UnallocatedPayment.objects.get()
    assert (kept.amount, kept.currency, kept.why) == (answer.amount, answer.currency, why)
    assert_books_agree()


def test_repeated_or_late_answer_changes_nothing():
    charge = due_charge()
    payment = paid(charge)
    payments.save_provider_answer(payment=payment, answer=PaymentStatus("failed"))
    payments.save_provider_answer(
        payment=payment, answer=PaymentStatus(SUCCEEDED, amount=3000, currency="CHF")
    )
    provider_calls.poll_payment(payment.pk)
    assert Payment.objects.get().state == PaymentState.SUCCEEDED
    assert JournalRow.objects.count() == 1
    assert_books_agree()


# -- Provider unavailable ------------------------------------------------------------------------------------
def test_unavailable_provider_keeps_the_payment_waiting(client, monkeypatch):
    charge = due_charge()

    def away(*args):
        raise ProviderUnavailable("no route to host")

    monkeypatch.setattr(payment_providers["demo"], "start", away)
    page = client.post(pay_url(charge), {"provider": "demo"})
    assert page.status_code == 503
    assert "Rien n’a été débité" in text(page)
    payment = Payment.objects.get()
    assert "no route" in payment.fault
    assert payment.due_at > timezone.now()


# -- Deadlines -----------------------------------------------------------------------------------------------
def test_charge_is_reminded_once_expires_and_is_extended(client):
    charge = due_charge(stages=[PAYMENT, DECISION])
    jobs.process_due_charges(charge.remind_at)
    jobs.process_due_charges(charge.remind_at + timedelta(hours=1))
    letters = Delivery.objects.for_subject(charge.case.subject).filter(title__contains="Encore à payer")
    assert letters.count() == 1

    jobs.process_due_charges(charge.expires_at)
    sweep()
    charge.refresh_from_db()
    assert (charge.state, charge.due_at) == (ChargeState.EXPIRED, None)
    assert charge.case.stages.get(key="paiement").waiting_for == "agent"
    assert describe_situation(Case.objects.get()).startswith("Non payé au")
    assert "Le délai de paiement est passé." in text(client.get(pay_url(charge)))

    charges.extend_term(actor=member(), charge=charge, until=timezone.now() + timedelta(days=60))
    sweep()
    charge.refresh_from_db()
    assert charge.case.stages.get(key="paiement").waiting_for == "applicant"
    paid(charge)
    charge.refresh_from_db()
    assert charge.state == ChargeState.PAID


def test_charge_of_a_withdrawn_case_is_cancelled():
    charge = due_charge()
    actions.withdraw_request(actor=applicant(charge.case), case=charge.case)
    assert not Charge.objects.payable().exists()
    jobs.process_due_charges(timezone.now())
    charge.refresh_from_db()
    assert charge.state == ChargeState.CANCELLED


def test_basket_pays_several_cases_at_once():
    first, second = due_charge(), due_charge()
    basket = charges.create_basket(actor=None, charges=[first, second])
    assert charges.create_basket(actor=None, charges=[second, first]) == basket
    payment = provider_calls.start_at_provider(
        payments.start_payment(actor=None, basket=basket, provider=payment_providers["demo"], language="fr")
    )
    assert payment.amount == 6000
    pays(payment)
    provider_calls.poll_payment(payment.pk)
    sweep()
    assert set(Charge.objects.values_list("state", flat=True)) == {ChargeState.PAID}
    assert set(Case.objects.values_list("state", flat=True)) == {CaseState.CLOSED}
    assert Payment.objects.get().receipt
    assert_books_agree()


def basket_begun() -> tuple[Charge, Charge, Payment]:
    """Create two charges and a payment of both, open at the demo provider."""
    first, second = due_charge(stages=[PAYMENT, DECISION]), due_charge(stages=[PAYMENT, DECISION])
    basket = charges.create_basket(actor=None, charges=[first, second])
    both = payments.start_payment(
        actor=None, basket=basket, provider=payment_providers["demo"], language="fr"
    )
    return first, second, provider_calls.start_at_provider(both)


def traced(charge, kind) -> int:
    return charge.case.events.filter(kind=kind).count()


def test_basket_payment_excludes_a_charge_paid_alone():
    first, second, both = basket_begun()
    pays(both)
    alone = begun(first, "counter")
    payments.record_receipt(actor=None, payment=alone, amount=3000, currency="CHF")
    provider_calls.poll_payment(both.pk)

    kept = UnallocatedPayment.objects.get()
    assert (kept.payment, kept.amount, kept.why) == (both, 3000, UnallocatedPayment.Why.DOUBLE)
    assert kept.details == {"reference": first.case.reference}
    assert set(Charge.objects.values_list("state", "paid")) == {(ChargeState.PAID, 3000)}
    assert second.allocations.get().payment == both
    assert [traced(one, "payment_set_aside") for one in (first, second)] == [1, 0]
    assert_books_agree()


def test_basket_payment_is_restarted_for_the_unpaid_charge():
    first, second, both = basket_begun()
    payments.record_receipt(actor=None, payment=begun(first, "counter"), amount=3000, currency="CHF")
    sweep()
    assert DemoPayment.objects.get(pk=both.pk).state == "cancelled"
    rest = payments.start_payment(
        actor=None, basket=both.basket, provider=payment_providers["demo"], language="fr"
    )
    assert (rest.pk != both.pk, rest.amount) == (True, 3000)
    pays(provider_calls.start_at_provider(rest))
    provider_calls.poll_payment(rest.pk)
    assert second.allocations.get().payment == rest
    assert not UnallocatedPayment.objects.exists()
    assert_books_agree()


def test_basket_payment_excludes_an_expired_charge():
    first, second, both = basket_begun()
    pays(both)
    charges.process_due_charge(second.pk, second.expires_at)
    provider_calls.poll_payment(both.pk)

    kept = UnallocatedPayment.objects.get()
    assert (kept.amount, kept.why) == (3000, UnallocatedPayment.Why.LATE)
    assert kept.details == {"reference": second.case.reference}
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.paid) == (ChargeState.PAID, 3000)
    assert (second.state, second.paid) == (ChargeState.EXPIRED, 0)
    assert [traced(one, "payment_set_aside") for one in (first, second)] == [0, 1]
    assert [traced(one, "payment_received") for one in (first, second)] == [1, 0]
    assert_books_agree()


def test_basket_shares_are_refunded_separately():
    first, second, both = basket_begun()
    pays(both)
    provider_calls.poll_payment(both.pk)
    share = first.allocations.get()
    with pytest.raises(PaymentActionRefused):
        refunds.request_refund(actor=member(), allocation=share, amount=3001, reason="Trop.")
    refund = refunds.request_refund(actor=member(), allocation=share, amount=3000, reason="Annulé.")
    provider_calls.run_refund(refund.pk)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.refunded, second.refunded) == (3000, 0)
    assert [traced(one, "refunded") for one in (first, second)] == [1, 0]
    assert second.allocations.get().refundable == 3000
    assert_books_agree()
