"""The contract of every payment provider. Add another provider as another line in ``WORLDS``."""

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
    """A provider and the actions of its payer.

    ``by_hand``: staff records payments, because nobody can be polled. ``keyless``: this double of the provider has no
    idempotency keys. ``refusal``: what ``pay`` raises if the payment was cancelled there.
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
if is_asked("TEST_STRIPE_URL"):  # CI starts one; otherwise the double in memory is used
    WORLDS["localstripe"] = localstripe


@pytest.fixture(params=WORLDS)
def world(request, settings, monkeypatch) -> World:
    return WORLDS[request.param](settings, monkeypatch)


@pytest.fixture(scope="module")
def owed(module_db) -> Charge:
    return due_charge()


@pytest.fixture
def charge(owed, db) -> Charge:
    """Return a charge of CHF 30."""
    return Charge.objects.get(pk=owed.pk)


def finished(world: World, charge: Charge) -> Payment:
    payment = begun(charge, world.provider.key)
    world.pay(payment)
    return provider_calls.poll_payment(payment.pk)


def test_provider_has_key_label_hint_and_accounts(world):
    one = world.provider
    assert one.key
    assert str(one.label)
    assert str(one.hint)
    assert getattr(ledger.ledger_accounts(), one.account)
    assert set(one.paid_out_with) <= {key for key, _provider in payment_providers.items()}


def test_provider_starts_a_payment_once(world, charge):
    payment = begun(charge, world.provider.key)
    number, url = payment.external_id, payment.url
    again = provider_calls.start_at_provider(Payment.objects.get(pk=payment.pk))
    assert (again.url, again.state) == (url, PaymentState.PENDING)
    assert again.external_id == number or world.keyless


def test_unpaid_payment_stays_open_when_polled(world, charge):
    payment = begun(charge, world.provider.key)
    for _time in range(2):
        assert provider_calls.poll_payment(payment.pk).state == PaymentState.PENDING


def test_paid_payment_is_received_once_with_its_amount(world, charge):
    payment = finished(world, charge)
    provider_calls.poll_payment(payment.pk)
    charge.refresh_from_db()
    assert (charge.state, charge.paid) == (ChargeState.PAID, 3000)
    assert (payment.received, payment.received_currency) == (3000, "CHF")
    assert Payment.objects.received().count() == 1
    assert list(ledger.ledger_errors()) == []


def test_cancelled_payment_cannot_be_paid_or_is_unallocated(world, charge):
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


def test_payment_just_before_cancellation_is_received(world, charge):
    payment = begun(charge, world.provider.key)
    world.pay(payment)
    charges.process_due_charge(charge.pk, charge.expires_at)
    assert provider_calls.poll_payment(payment.pk).state == PaymentState.SUCCEEDED
    assert Charge.objects.get().paid == (3000 if world.by_hand else 0)
    assert list(ledger.ledger_errors()) == []


def test_refunds_never_exceed_the_payment(world, charge):
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


def test_payment_expires_after_its_lifetime(world, charge, time_machine):
    if world.provider.lifetime is None:
        assert not world.provider.asks  # by hand: it may arrive any day
        return
    payment = begun(charge, world.provider.key)
    time_machine.move_to(timezone.now() + world.provider.lifetime + timedelta(minutes=1))
    assert provider_calls.poll_payment(payment.pk).state == PaymentState.CANCELLED


def test_payment_by_another_provider_is_not_blocked(world, charge):
    begun(charge, "counter" if world.provider.key == "demo" else "demo")
    finished(world, charge)
    assert charge.basket.payments.received().count() == 1


def test_probe_changes_nothing(world):
    if not world.by_hand:
        world.provider.probe()
        assert not Payment.objects.exists()
