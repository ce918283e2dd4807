"""What every means of payment must keep to. Another provider is another line in ``WORLDS``."""

import os
from dataclasses import dataclass
from datetime import timedelta

import pytest
import requests
from django.utils import timezone

from eservices.payments import ledger, provider_calls
from eservices.payments.actions import charges, payments, refunds
from eservices.payments.contrib.demo.provider import mark_paid as pay_demo
from eservices.payments.contrib.stripe import provider as stripe_provider
from eservices.payments.models import Charge, JournalRow, Payment, UnallocatedPayment
from eservices.payments.models.demo_payments import DemoPayment
from eservices.payments.providers import PaymentProvider, payment_providers
from eservices.payments.states import ChargeState, PaymentState, RefundState
from tests.factories.accounts import UserFactory
from tests.factories.payments import begun, due_charge, qr_account
from tests.payments import stripe_double
from tests.payments.localstripe import LocalStripe
from tests.payments.stripe_double import NotPayable
from tests.support.programs import is_asked

pytestmark = pytest.mark.django_db


@dataclass
class World:
    """A provider and what happens on its other side.

    ``by_hand``: staff tells us, nobody can be asked. ``keyless``: this double of it knows no idempotency keys.
    ``refusal``: what ``pay`` raises where it was given up there.
    """

    provider: PaymentProvider
    pay: object
    by_hand: bool = False
    keyless: bool = False
    refusal: type[Exception] = NotPayable


def demo(settings, monkeypatch) -> World:
    def pay(payment):
        theirs = DemoPayment.objects.get(pk=payment.pk)
        pay_demo(theirs)
        if theirs.state != DemoPayment.State.PAID:
            raise NotPayable(payment.pk)

    return World(payment_providers["demo"], pay)


def stripe_in_memory(key):
    def world(settings, monkeypatch) -> World:
        double = stripe_double.Stripe()
        monkeypatch.setattr(stripe_provider, "stripe_client", lambda: stripe_double.client(double))
        return World(payment_providers[key], lambda payment: double.pay(payment.external_id))

    return world


def localstripe(settings, monkeypatch) -> World:
    settings.STRIPE_API_URL, settings.STRIPE_SECRET_KEY = os.environ["TEST_STRIPE_URL"], "sk_test_x"
    theirs = LocalStripe(settings.STRIPE_API_URL)
    return World(
        payment_providers["stripe_card"],
        lambda payment: theirs.pay(payment.external_id),
        keyless=True,
        refusal=requests.HTTPError,
    )


def counter(settings, monkeypatch) -> World:
    return World(payment_providers["counter"], _received, by_hand=True)


def qrbill(settings, monkeypatch) -> World:
    qr_account()
    return World(payment_providers["qrbill"], _received, by_hand=True)


def _received(payment):
    payments.record_receipt(actor=None, payment=payment, amount=payment.amount, currency=payment.currency)


WORLDS = {
    "demo": demo,
    "stripe_twint": stripe_in_memory("stripe_twint"),
    "stripe_card": stripe_in_memory("stripe_card"),
    "counter": counter,
    "qrbill": qrbill,
}
if is_asked("TEST_STRIPE_URL"):  # CI starts one; elsewhere the double in memory stands in
    WORLDS["localstripe"] = localstripe


@pytest.fixture(params=WORLDS)
def world(request, settings, monkeypatch) -> World:
    return WORLDS[request.param](settings, monkeypatch)


@pytest.fixture(scope="module")
def owed(module_db) -> Charge:
    return due_charge()


@pytest.fixture
def charge(owed, db) -> Charge:
    """CHF 30 that a case owes."""
    return Charge.objects.get(pk=owed.pk)


def finished(world: World, charge: Charge) -> Payment:
    payment = begun(charge, world.provider.key)
    world.pay(payment)
    return provider_calls.poll_payment(payment.pk)


def test_what_it_says_of_itself_is_whole(world):
    one = world.provider
    assert one.key
    assert str(one.label)
    assert str(one.hint)
    assert getattr(ledger.ledger_accounts(), one.account)
    assert set(one.paid_out_with) <= {key for key, _provider in payment_providers.items()}


def test_begun_twice_it_is_one_payment_there(world, charge):
    payment = begun(charge, world.provider.key)
    number, url = payment.external_id, payment.url
    again = provider_calls.start_at_provider(Payment.objects.get(pk=payment.pk))
    assert (again.url, again.state) == (url, PaymentState.PENDING)
    assert again.external_id == number or world.keyless


def test_not_paid_it_stays_open_however_often_one_asks(world, charge):
    payment = begun(charge, world.provider.key)
    for _time in range(2):
        assert provider_calls.poll_payment(payment.pk).state == PaymentState.PENDING


def test_paid_it_is_received_once_with_its_amount(world, charge):
    payment = finished(world, charge)
    provider_calls.poll_payment(payment.pk)
    charge.refresh_from_db()
    assert (charge.state, charge.paid) == (ChargeState.PAID, 3000)
    assert (payment.received, payment.received_currency) == (3000, "CHF")
    assert Payment.objects.received().count() == 1
    assert list(ledger.ledger_errors()) == []


def test_given_up_it_cannot_be_paid_any_more_or_the_money_is_set_aside(world, charge):
    payment = begun(charge, world.provider.key)
    charges.process_due_charge(charge.pk, charge.expires_at)
    given_up = provider_calls.poll_payment(payment.pk)
    assert given_up.state == PaymentState.CANCELLED
    if world.by_hand:
        world.pay(payment)
        assert UnallocatedPayment.objects.get().why == UnallocatedPayment.Why.LATE
    else:
        with pytest.raises(world.refusal):
            world.pay(payment)
        assert provider_calls.poll_payment(payment.pk).state == PaymentState.CANCELLED
        assert not JournalRow.objects.exists()
    assert list(ledger.ledger_errors()) == []


def test_paid_just_before_it_is_given_up_it_is_received_all_the_same(world, charge):
    payment = begun(charge, world.provider.key)
    world.pay(payment)
    charges.process_due_charge(charge.pk, charge.expires_at)
    assert provider_calls.poll_payment(payment.pk).state == PaymentState.SUCCEEDED
    assert Charge.objects.get().paid == (3000 if world.by_hand else 0)
    assert list(ledger.ledger_errors()) == []


def test_it_refunds_a_part_and_then_the_rest_and_never_more(world, charge):
    staff = UserFactory()
    allocation = finished(world, charge).allocations.get()
    for amount in (1000, 2000):
        refund = refunds.request_refund(actor=staff, allocation=allocation, amount=amount, reason="Annulé.")
        refund = provider_calls.run_refund(refund.pk)
        if refund.state == RefundState.PENDING and world.by_hand:
            refunds.complete_by_hand(actor=staff, refund=refund)
        provider_calls.run_refund(refund.pk)
    charge.refresh_from_db()
    assert charge.refunded == 3000
    with pytest.raises(refunds.PaymentActionRefused):
        refunds.request_refund(actor=staff, allocation=allocation, amount=1, reason="Encore.")
    assert list(ledger.ledger_errors()) == []


def test_after_its_lifetime_nobody_waits_for_it(world, charge, time_machine):
    if world.provider.lifetime is None:
        assert not world.provider.asks  # by hand: it may come any day
        return
    payment = begun(charge, world.provider.key)
    time_machine.move_to(timezone.now() + world.provider.lifetime + timedelta(minutes=1))
    assert provider_calls.poll_payment(payment.pk).state == PaymentState.CANCELLED


def test_begun_and_then_another_way_is_chosen_it_is_not_in_the_way(world, charge):
    begun(charge, "counter" if world.provider.key == "demo" else "demo")
    finished(world, charge)
    assert charge.basket.payments.received().count() == 1


def test_whoever_can_be_asked_answers_a_test_that_changes_nothing(world):
    if not world.by_hand:
        world.provider.probe()
        assert not Payment.objects.exists()
