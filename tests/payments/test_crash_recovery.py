"""A worker that dies anywhere between a provider's answer and our commit: no payment is booked twice or lost."""

from contextlib import contextmanager
from datetime import timedelta
from itertools import count

import pytest
from django.db import connection
from django.utils import timezone

from eservices.deliveries.models import Delivery
from eservices.payments import jobs, ledger, provider_calls
from eservices.payments.actions import charges, payments, refunds
from eservices.payments.models import Charge, JournalRow, Payment, Payout, Refund, UnallocatedPayment
from eservices.payments.models.demo_payments import DemoPayment
from eservices.payments.providers import payment_providers
from eservices.payments.states import ChargeState, PaymentState
from tests.factories.accounts import UserFactory
from tests.factories.payments import begun, due_charge, paid, pays

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """The worker died: no code catches this, and what is not committed is gone."""


@contextmanager
def killed_at(number: int):
    """Raise Killed in place of database statement ``number``; the open transaction is rolled back."""
    said = count()

    def die(execute, sql, params, many, context):
        if "SAVEPOINT" not in sql and next(said) == number:
            raise Killed
        return execute(sql, params, many, context)

    with connection.execute_wrapper(die):
        yield


def killed_everywhere(work):
    """Kill ``work`` at its first statement, its second, … until it finishes; yield after each death."""
    for number in count():
        try:
            with killed_at(number):
                work()
        except Killed:
            yield number
        else:
            assert number > 5  # it did run statements
            return


def test_payment_starts_once_wherever_the_worker_dies():
    basket = due_charge().basket
    payment = payments.start_payment(
        actor=None, basket=basket, provider=payment_providers["demo"], language="fr"
    )
    for _death in killed_everywhere(lambda: provider_calls.poll_payment(payment.pk)):
        assert DemoPayment.objects.count() <= 1
    payment.refresh_from_db()
    assert (payment.state, DemoPayment.objects.count()) == (PaymentState.PENDING, 1)


def test_payment_is_booked_once_wherever_the_worker_dies():
    charge = due_charge()
    payment = begun(charge)
    pays(payment)
    for _death in killed_everywhere(lambda: provider_calls.poll_payment(payment.pk)):
        assert Payment.objects.get().receipt is None
        assert not JournalRow.objects.exists()
        assert not Delivery.objects.filter(title__contains="Quittance").exists()
        assert Payment.objects.due(timezone.now() + timedelta(minutes=1)).exists()  # the job polls again
    charge.refresh_from_db()
    assert (charge.state, charge.paid) == (ChargeState.PAID, 3000)
    assert Payment.objects.get().receipt.endswith("-00001")  # no receipt number was lost
    assert Delivery.objects.filter(title__contains="Quittance").count() == 1
    assert list(ledger.ledger_errors()) == []


def test_refund_is_booked_once_wherever_the_worker_dies():
    allocation = paid(due_charge()).allocations.get()
    refund = refunds.request_refund(actor=UserFactory(), allocation=allocation, amount=1000, reason="Trop.")
    for _death in killed_everywhere(lambda: provider_calls.run_refund(refund.pk)):
        assert Charge.objects.get().refunded == 0
        assert Refund.objects.due(timezone.now() + timedelta(seconds=1)).exists()
    assert DemoPayment.objects.get().refunds == {str(refund.pk): 1000}
    assert Charge.objects.get().refunded == 1000
    assert list(ledger.ledger_errors()) == []


@pytest.mark.parametrize("paid_meanwhile", [False, True])
def test_waived_payment_ends_once_wherever_the_worker_dies(
    paid_meanwhile,
):
    charge = due_charge()
    payment = begun(charge)
    charges.waive_charge(actor=UserFactory(), charge=charge, reason="Deux fois la même.")
    if paid_meanwhile:
        pays(payment)
    for _death in killed_everywhere(lambda: provider_calls.poll_payment(payment.pk)):
        assert Payment.objects.get().is_open
        assert Payment.objects.due(timezone.now() + timedelta(minutes=1)).exists()
        assert not JournalRow.objects.exists()
    kept = [("late", 3000)] if paid_meanwhile else []
    assert Payment.objects.get().state == ("succeeded" if paid_meanwhile else "cancelled")
    assert DemoPayment.objects.get().state == ("paid" if paid_meanwhile else "cancelled")
    assert list(UnallocatedPayment.objects.values_list("why", "amount")) == kept
    assert list(ledger.ledger_errors()) == []


def test_payout_is_booked_once_wherever_the_worker_dies(time_machine):
    for _day in range(2):
        paid(due_charge())
        time_machine.move_to(timezone.now() + timedelta(days=1), tick=False)
    for _death in killed_everywhere(provider_calls.fetch_payouts):
        assert JournalRow.objects.filter(payout=None).count() == 2
        assert JournalRow.objects.exclude(payout=None).count() == 2 * Payout.objects.count()
    assert [(one.gross, one.net, one.difference) for one in Payout.objects.all()] == [(3000, 2961, 0)] * 2
    own, balances = ledger.ledger_accounts(), ledger.account_balances(JournalRow.objects.all())["CHF"]
    assert (balances[own.bank], balances[own.commission], balances.get(own.online, 0)) == (5922, 78, 0)
    assert list(ledger.ledger_errors()) == []


def test_job_resumes_the_payment_after_a_death():
    payment = begun(due_charge())
    pays(payment)
    with pytest.raises(Killed), killed_at(2):
        provider_calls.poll_payment(payment.pk)
    jobs.wake_due_payments(timezone.now() + timedelta(seconds=41))
    assert Payment.objects.get().is_received
