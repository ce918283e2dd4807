"""Random walks through the possible events of payments, most of them errors: the ledger is valid at every step.

A few each time, because they take long; ``WALKS=200`` runs as many.
"""

import contextlib
import os
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eservices.deliveries import circuit_breaker
from eservices.payments import ledger, provider_calls
from eservices.payments.actions import charges, refunds
from eservices.payments.actions import payments as paying
from eservices.payments.actions.locking import PaymentActionRefused
from eservices.payments.models import Allocation, Charge, Payment, Refund, UnallocatedPayment
from eservices.payments.models.demo_payments import DemoPayment
from eservices.payments.provider_transport import provider_transport_key
from eservices.payments.providers import PaymentStatus, ProviderUnavailable, payment_providers
from eservices.payments.states import ChargeState, PaymentState
from tests.factories.cases import DECISION, member
from tests.factories.payments import PAYMENT, due_charge, pays

pytestmark = pytest.mark.django_db
FEW, LONG = int(os.environ.get("WALKS", "3")), 8


class Walk:
    """Two charges, their baskets, and all possible events, in any order."""

    def __init__(self, lines):
        self.lines = lines
        self.charges = [due_charge(stages=[PAYMENT, DECISION]) for _charge in range(2)]
        both = charges.create_basket(actor=None, charges=self.charges)
        self.baskets = [charge.basket for charge in self.charges] + [both]

    def payments(self):
        return Payment.objects.filter(basket__in=self.baskets).order_by("opened_at", "pk")

    def go(self, event: str, number: int) -> None:
        basket = self.baskets[number % len(self.baskets)]
        charge = Charge.objects.get(pk=self.charges[number % len(self.charges)].pk)
        found = list(self.payments())
        payment = found[number % len(found)] if found else None
        with contextlib.suppress(PaymentActionRefused):
            getattr(self, event)(basket, charge, payment)

    # -- Events ---------------------------------------------------------------------------------------------
    def begin(self, basket, charge, payment):
        provider_calls.start_at_provider(self._begun(basket, "demo"))

    def begin_and_die(self, basket, charge, payment):
        self._begun(basket, "demo")

    def pay_at_the_counter(self, basket, charge, payment):
        by_hand = self._begun(basket, "counter")
        paying.record_receipt(actor=None, payment=by_hand, amount=by_hand.amount, currency="CHF")

    def pay(self, basket, charge, payment):
        if payment and DemoPayment.objects.filter(pk=payment.pk).exists():
            pays(payment)

    def decline(self, basket, charge, payment):
        if payment:
            DemoPayment.objects.filter(pk=payment.pk, state="open").update(state="declined")

    def look(self, basket, charge, payment):
        if payment:
            provider_calls.poll_payment(payment.pk)

    def look_in_vain(self, basket, charge, payment):
        self.lines["down"] = True
        self.look(basket, charge, payment)
        self.lines["down"] = False
        circuit_breaker.record_success(provider_transport_key(payment_providers["demo"]))

    def hear_an_old_answer(self, basket, charge, payment):
        if payment:
            paying.save_provider_answer(payment=payment, answer=PaymentStatus(PaymentState.FAILED))

    def get_too_little(self, basket, charge, payment):
        if payment and payment.provider == "demo":
            paying.record_receipt(actor=None, payment=payment, amount=1, currency="CHF")

    def run_out_of_time(self, basket, charge, payment):
        charges.process_due_charge(charge.pk, charge.expires_at)

    def give_more_time(self, basket, charge, payment):
        charges.extend_term(actor=member(), charge=charge, until=timezone.now() + timedelta(days=9))

    def waive(self, basket, charge, payment):
        charges.waive_charge(actor=member(), charge=charge, reason="Par erreur.")

    def pay_back(self, basket, charge, payment):
        share = Allocation.objects.filter(charge=charge).first()
        if share:
            asked = refunds.request_refund(actor=member(), allocation=share, amount=1000, reason="Trop.")
            provider_calls.run_refund(asked.pk)

    def _begun(self, basket, provider) -> Payment:
        return paying.start_payment(
            actor=None, basket=basket, provider=payment_providers[provider], language="fr"
        )

    # -- Invariants -----------------------------------------------------------------------------------------
    def holds(self):
        assert list(ledger.ledger_errors()) == []
        for charge in Charge.objects.filter(pk__in=[one.pk for one in self.charges]):
            assert 0 <= charge.refunded <= charge.paid <= charge.amount
            assert (charge.state == ChargeState.PAID) <= (charge.paid == charge.amount)
        for payment in self.payments().filter(state=PaymentState.SUCCEEDED):
            counted = sum(payment.allocations.values_list("amount", flat=True))
            aside = sum(UnallocatedPayment.objects.filter(payment=payment).values_list("amount", flat=True))
            assert payment.receipt
            assert counted + aside == payment.received

    def comes_to_rest(self):
        """Poll all payments, then check that payments made there are received here and that no waived one is open."""
        for payment in self.payments():
            provider_calls.poll_payment(payment.pk)
        self.holds()
        for payment in self.payments():
            theirs = DemoPayment.objects.filter(pk=payment.pk).first()
            if theirs and theirs.state == "paid":
                assert payment.is_received
            due = payment.basket.charges.filter(state=ChargeState.OPEN).exists()
            assert due or not payment.is_open
        asked = Refund.objects.filter(allocation__charge__in=self.charges)
        assert sum(one.amount for one in asked.filter(state="done")) == sum(
            Charge.objects.get(pk=one.pk).refunded for one in self.charges
        )


EVENTS = [
    name for name in vars(Walk) if name not in {"payments", "go", "holds", "comes_to_rest"} and name[0] != "_"
]


@pytest.fixture
def lines(monkeypatch) -> dict:
    """Return a switch that makes the demo provider unavailable."""
    state, look = {"down": False}, payment_providers["demo"].fetch_status

    def looked(payment):
        if state["down"]:
            raise ProviderUnavailable("no route to host")
        return look(payment)

    monkeypatch.setattr(payment_providers["demo"], "fetch_status", looked)
    return state


@settings(max_examples=FEW, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(st.tuples(st.sampled_from(EVENTS), st.integers(0, 5)), min_size=3, max_size=LONG))
def test_random_events_keep_the_ledger_valid(lines, steps):
    walk = Walk(lines)
    for event, number in steps:
        walk.go(event, number)
        walk.holds()
    walk.comes_to_rest()
