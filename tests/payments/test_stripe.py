"""Stripe: signed webhook calls that only trigger a poll; cards, TWINT, payouts."""

import os
import time
from datetime import timedelta

import pytest
from django.db import DataError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from eservices.deliveries import actions as outbox
from eservices.deliveries import circuit_breaker
from eservices.deliveries.models import Delivery
from eservices.deliveries.transports import transports
from eservices.payments import ledger, provider_calls
from eservices.payments.actions import refunds, settlement
from eservices.payments.contrib.stripe import provider as stripe_provider
from eservices.payments.models import JournalRow, Payment, Payout, UnallocatedPayment
from eservices.payments.providers import ProviderUnavailable, provider_for
from eservices.payments.states import PaymentState
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.cases import member
from tests.factories.payments import begun, due_charge, sweep
from tests.payments import stripe_double
from tests.payments.localstripe import DECLINED, SECURE, LocalStripe
from tests.payments.stripe_double import event
from tests.support.programs import is_asked

pytestmark = pytest.mark.django_db
HOOK = "/paiements/stripe/"


@pytest.fixture(autouse=True)
def theirs(settings, monkeypatch):
    settings.PAYMENT_PROVIDERS = ["stripe_twint", "stripe_card", "counter"]
    settings.STRIPE_SECRET_KEY, settings.STRIPE_PUBLIC_KEY = "sk_test_x", "pk_test_x"
    settings.STRIPE_WEBHOOK_SECRET = stripe_double.WEBHOOK_SECRET
    double = stripe_double.Stripe()
    monkeypatch.setattr(stripe_provider, "stripe_client", lambda: stripe_double.client(double))
    return double


def pay_url(charge) -> str:
    return reverse("payments:pay", args=[charge.basket.secret])


def test_twint_leads_to_the_app_without_a_script(client, theirs):
    charge = due_charge()
    away = client.post(pay_url(charge), {"provider": "stripe_twint"})
    assert away.url == "https://pay.twint.example/pi_1"
    again = client.post(pay_url(charge), {"provider": "stripe_twint"})
    assert (again.url, len(theirs.intents)) == (away.url, 1)


def test_signed_call_polls_the_payment_and_the_case_goes_on(client, theirs):
    charge = due_charge()
    payment = begun(charge, "stripe_twint")
    theirs.pay(payment.external_id)
    assert client.post(HOOK, **event(payment.external_id)).status_code == 200
    assert Payment.objects.get().state == PaymentState.SUCCEEDED
    sweep()
    charge.case.refresh_from_db()
    assert not charge.case.is_open


@pytest.mark.parametrize(
    "call",
    [
        lambda number: event(number, secret="whsec_somebody_else"),
        lambda number: event(number, at=time.time() - 3600),  # recorded and replayed
        lambda number: event(number) | {"headers": {}},
        lambda number: event(number) | {"data": "{}"},
    ],
    ids=["forged", "replayed", "unsigned", "another body"],
)
def test_call_not_signed_by_stripe_changes_nothing(client, theirs, call):
    payment = begun(due_charge(), "stripe_card")
    theirs.pay(payment.external_id)
    assert client.post(HOOK, **call(payment.external_id)).status_code == 400
    assert Payment.objects.get().state == PaymentState.PENDING


def test_repeated_or_wrong_calls_poll_the_current_state(client, theirs):
    charge = due_charge()
    payment = begun(charge, "stripe_card")
    client.post(HOOK, **event(payment.external_id))  # the call claims “succeeded”, but the payment is not
    assert Payment.objects.get().state == PaymentState.PENDING
    theirs.pay(payment.external_id)
    for kind in ("payment_intent.succeeded", "payment_intent.succeeded", "payment_intent.payment_failed"):
        assert client.post(HOOK, **event(payment.external_id, kind)).status_code == 200
    assert Payment.objects.get().state == PaymentState.SUCCEEDED
    assert JournalRow.objects.count() == 1
    assert client.post(HOOK, **event("pi_of_somebody_else")).status_code == 200


@pytest.mark.parametrize(
    ("told", "kept"),
    [({"amount": 100}, (100, "CHF", "amount")), ({"currency": "eur"}, (3000, "EUR", "currency"))],
)
def test_wrong_amount_or_currency_is_unallocated(client, theirs, told, kept):
    payment = begun(due_charge(), "stripe_card")
    theirs.pay(payment.external_id, **told)
    client.post(HOOK, **event(payment.external_id))
    aside = UnallocatedPayment.objects.get()
    assert (aside.amount, aside.currency, aside.why) == kept
    assert payment.basket.charges.get().paid == 0
    assert list(ledger.ledger_errors()) == []


def test_refusal_by_stripe_does_not_open_the_circuit(theirs):
    payment = begun(due_charge(), "stripe_card")
    del theirs.intents[payment.external_id]
    calls = len(theirs.calls)
    for _time in range(circuit_breaker.FAILURES + 2):
        assert "Refused" in provider_calls.poll_payment(payment.pk).fault
    assert len(theirs.calls) == calls + circuit_breaker.FAILURES + 2


def test_invalid_api_key_opens_the_circuit_and_alerts_staff(theirs):
    SuperuserFactory(email="greffe@example.org")
    payment, theirs.unknown_key = begun(due_charge(), "stripe_card"), True
    calls = len(theirs.calls)
    for _time in range(circuit_breaker.FAILURES + 2):
        provider_calls.poll_payment(payment.pk)
    assert len(theirs.calls) == calls + circuit_breaker.FAILURES
    [letter] = Delivery.objects.filter(subject__startswith="alert:")
    assert "Invalid API Key" in letter.payload["text"]


def test_refund_without_the_right_is_left_to_a_person(theirs):
    payment = begun(due_charge(), "stripe_card")
    theirs.pay(payment.external_id)
    provider_calls.poll_payment(payment.pk)
    refund = refunds.request_refund(
        actor=UserFactory(), allocation=payment.allocations.get(), amount=1000, reason="Trop."
    )
    theirs.unknown_key = True
    refund = provider_calls.run_refund(refund.pk)
    assert (refund.state, refund.due_at) == ("failed", None)
    assert refunds.complete_by_hand(actor=UserFactory(), refund=refund).state == "done"


def test_webhook_of_an_unknown_provider_is_not_found(client, settings):
    assert client.post("/paiements/nobody/").status_code == 404
    settings.STRIPE_WEBHOOK_SECRET = ""
    assert client.post(HOOK, **event("pi_1")).status_code == 404
    assert client.get(HOOK).status_code == 405


def test_only_the_card_page_runs_a_script_of_stripe(client, theirs):
    charge = due_charge()
    away = client.post(pay_url(charge), {"provider": "stripe_card"})
    card = client.get(away.url)
    assert "https://js.stripe.com" in card["Content-Security-Policy"]
    assert 'payment=(self "https://js.stripe.com")' in card["Permissions-Policy"]
    assert 'data-client-secret="pi_1_secret"' in card.content.decode()
    assert "stripe.com" not in client.get(pay_url(charge))["Content-Security-Policy"]
    theirs.down = True
    assert client.get(away.url).status_code == 503


def test_payment_does_not_start_while_stripe_is_unavailable(client, theirs):
    charge, theirs.down = due_charge(), True
    page = client.post(pay_url(charge), {"provider": "stripe_card"})
    assert page.status_code == 503
    theirs.down = False
    away = client.post(pay_url(charge), {"provider": "stripe_card"})
    assert away.status_code == 302
    assert len(theirs.intents) == 1


def test_declined_card_stays_pending_and_declined_twint_fails(theirs):
    card, twint = begun(due_charge(), "stripe_card"), begun(due_charge(), "stripe_twint")
    for payment in (card, twint):
        theirs.decline(payment.external_id)
        provider_calls.poll_payment(payment.pk)
    card.refresh_from_db()
    twint.refresh_from_db()
    assert (card.state, card.reason) == (PaymentState.PENDING, "Your card was declined.")
    assert twint.state == PaymentState.FAILED


def test_payout_is_booked_net_and_compared_with_the_ledger(theirs):
    first, second = begun(due_charge(), "stripe_card"), begun(due_charge(), "stripe_twint")
    for payment in (first, second):
        theirs.pay(payment.external_id)
        provider_calls.poll_payment(payment.pk)
    allocation = first.allocations.get()
    refund = refunds.request_refund(actor=UserFactory(), allocation=allocation, amount=1000, reason="Trop.")
    refund = provider_calls.run_refund(refund.pk)
    theirs.transfer("po_1", fee=87, pi_1=3000, pi_2=3000, **{refund.external_id: -1000})
    theirs.transfer("po_2", fee=10, pi_unknown=500)

    provider_calls.fetch_payouts()
    provider_calls.fetch_payouts()

    own, booked = ledger.ledger_accounts(), {one.external_id: one for one in Payout.objects.all()}
    assert (booked["po_1"].net, booked["po_1"].commission, booked["po_1"].difference) == (4913, 87, 0)
    assert booked["po_2"].difference == 500
    balances = ledger.account_balances(JournalRow.objects.all())["CHF"]
    assert (balances[own.commission], balances[own.bank]) == (97, 5403)
    assert balances[own.online] == -500  # the payment unknown to us
    assert list(ledger.ledger_errors()) == []


def test_negative_payout_is_booked_reversed(theirs):
    payment = begun(due_charge(), "stripe_card")
    theirs.pay(payment.external_id)
    provider_calls.poll_payment(payment.pk)
    refund = refunds.request_refund(
        actor=UserFactory(), allocation=payment.allocations.get(), amount=3000, reason="Trop."
    )
    refund = provider_calls.run_refund(refund.pk)
    theirs.transfer("po_1", fee=60, pi_1=3000)
    theirs.transfer("po_2", fee=-20, **{refund.external_id: -3000})  # a part of the fee comes back

    provider_calls.fetch_payouts()

    back, own = Payout.objects.get(external_id="po_2"), ledger.ledger_accounts()
    assert (back.net, back.commission, back.difference) == (-2980, -20, 0)
    balances = ledger.account_balances(JournalRow.objects.all())["CHF"]
    assert (balances[own.bank], balances[own.commission], balances.get(own.online, 0)) == (-40, 40, 0)
    assert list(ledger.ledger_errors()) == []


def test_failing_payout_does_not_prevent_others(theirs, monkeypatch):
    book = settlement.book_payout

    def fails_with_the_first(*, provider, report):
        if report.external_id == "po_1":
            raise DataError("value out of range")
        return book(provider=provider, report=report)

    monkeypatch.setattr(settlement, "book_payout", fails_with_the_first)
    for number in ("po_1", "po_2"):
        theirs.transfer(number, fee=10, pi_unknown=500)
    provider_calls.fetch_payouts()
    assert [one.external_id for one in Payout.objects.all()] == ["po_2"]


def test_dispute_is_a_difference_and_no_commission(theirs):
    payment = begun(due_charge(), "stripe_card")
    theirs.pay(payment.external_id)
    provider_calls.poll_payment(payment.pk)
    theirs.transfer("po_1", fee=60, pi_1=3000)
    row = {"object": "balance_transaction", "id": "txn_9", "amount": -3000, "currency": "chf"}
    theirs.payouts["po_1"]["rows"].append(row | {"type": "adjustment", "source": None})
    theirs.payouts["po_1"]["amount"] -= 3000

    provider_calls.fetch_payouts()

    booked = Payout.objects.get()
    assert (booked.net, booked.commission, booked.difference) == (-60, 60, -3000)


def test_refund_with_a_lost_answer_is_not_made_twice(theirs, time_machine):
    payment = begun(due_charge(), "stripe_card")
    theirs.pay(payment.external_id)
    provider_calls.poll_payment(payment.pk)
    allocation = payment.allocations.get()
    refund, other = (
        refunds.request_refund(actor=UserFactory(), allocation=allocation, amount=amount, reason="Trop.")
        for amount in (1000, 500)
    )
    provider_for(refund).refund(refund)  # killed before the answer was stored
    time_machine.move_to(timezone.now() + timedelta(days=2))
    theirs.kept.clear()  # Stripe forgets keys after a day
    for one in (refund, other):
        assert provider_calls.run_refund(one.pk).state == "done"
    assert sorted(one["amount"] for one in theirs.refunds.values()) == [500, 1000]
    assert list(ledger.ledger_errors()) == []


def test_payment_refused_at_the_start_fails_and_can_restart(client, theirs):
    charge, theirs.refusing = due_charge(), True
    page = client.post(pay_url(charge), {"provider": "stripe_twint"}, follow=True)
    assert page.status_code == 200
    assert Payment.objects.get().state == PaymentState.FAILED
    agent = Client()
    agent.force_login(member(team=charge.case.team))
    assert "no more than CHF 5000" in agent.get(reverse("cases:case", args=[charge.case.reference])).text
    assert "no more than CHF 5000" not in page.text
    theirs.refusing = False
    assert client.post(pay_url(charge), {"provider": "stripe_twint"}).url.startswith("https://pay.twint")
    assert Payment.objects.count() == 2


# -- Against localstripe, where CI has started one -----------------------------------------------------------
if is_asked("TEST_STRIPE_URL"):

    @pytest.fixture
    def local(settings, monkeypatch):
        monkeypatch.undo()
        settings.STRIPE_API_URL = os.environ["TEST_STRIPE_URL"]
        return LocalStripe(settings.STRIPE_API_URL)

    def test_3d_secure_card_waits_for_the_phone(local):
        payment = begun(due_charge(), "stripe_card")
        local.confirm(payment.external_id, SECURE)
        assert provider_calls.poll_payment(payment.pk).state == PaymentState.PENDING
        local.authenticate(payment.external_id)
        assert provider_calls.poll_payment(payment.pk).state == PaymentState.SUCCEEDED

    def test_failed_3d_secure_or_declined_card_debits_nothing(local):
        failed, declined = begun(due_charge(), "stripe_card"), begun(due_charge(), "stripe_card")
        local.confirm(failed.external_id, SECURE)
        local.authenticate(failed.external_id, success=False)
        local.confirm(declined.external_id, DECLINED)
        for payment in (failed, declined):
            checked = provider_calls.poll_payment(payment.pk)
            assert (checked.state, bool(checked.reason)) == (PaymentState.PENDING, True)


def test_stripe_probe_reports_an_outage_or_an_unknown_key(theirs):
    line = transports["pay_stripe_card"]
    line.probe()
    assert theirs.calls == [("GET", "/v1/payment_intents")]
    for fault in ("down", "unknown_key"):
        setattr(theirs, fault, True)
        with pytest.raises(ProviderUnavailable):
            line.probe()


def test_resumed_transport_polls_only_failed_payments(theirs):
    later = timezone.now() + timedelta(hours=1)
    failed, _waiting = (begun(due_charge(), "stripe_twint") for _payment in range(2))
    Payment.objects.update(due_at=later)
    Payment.objects.filter(pk=failed.pk).update(fault="Away: no route to host")
    outbox.resume_transport(actor=None, carrier="pay_stripe_twint")
    assert list(Payment.objects.due(timezone.now())) == [failed]
