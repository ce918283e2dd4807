"""Money at the same moment. Counts on PostgreSQL only: SQLite lets one writer in at a time anyway."""

import pytest
from django.db import connection

from eservices.payments import carrying, ledger, tasks
from eservices.payments.actions import charges, paying, refunds
from eservices.payments.actions.locking import Impossible
from eservices.payments.models import Charge, JournalRow, Payment, Refund, SetAside
from eservices.payments.providers import providers
from tests.cases.test_concurrency import at_once
from tests.factories.accounts import UserFactory
from tests.factories.payments import begun, due_charge, paid, pays

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL"),
]


def test_webhook_return_and_sweep_together_receive_the_money_once():
    payment = begun(due_charge())
    pays(payment)
    at_once(*[lambda: carrying.check(payment.pk)] * 3)
    assert (Payment.objects.get().receipt[-5:], JournalRow.objects.count()) == ("00001", 1)
    assert list(ledger.faults()) == []


def test_many_pages_that_wait_together_wake_one_worker(monkeypatch):
    payment, woken = begun(due_charge()), []
    monkeypatch.setattr(type(tasks.check), "enqueue", lambda task, pk: woken.append(pk))
    at_once(*[lambda: paying.wait_before_page(payment=payment)] * 4)
    assert woken == [str(payment.pk)]


def test_two_ways_that_pay_together_pay_once_and_set_the_other_aside():
    charge = due_charge()
    both = begun(charge), begun(charge, "counter")
    pay = lambda one: paying.receive(actor=None, payment=one, amount=3000, currency="CHF")  # noqa: E731
    at_once(*(lambda one=one: pay(one) for one in both))
    assert (Charge.objects.get().paid, SetAside.objects.get().amount) == (3000, 3000)
    assert sorted(Payment.objects.values_list("receipt", flat=True))[-1].endswith("00002")
    assert list(ledger.faults()) == []


def test_payments_of_many_cases_draw_receipts_without_a_gap():
    payments = [begun(due_charge()) for _number in range(4)]
    for payment in payments:
        pays(payment)
    at_once(*(lambda one=one: carrying.check(one.pk) for one in payments))
    assert list(ledger.faults()) == []
    assert Payment.objects.received().count() == 4


def test_money_that_arrives_while_the_time_runs_out_is_counted_or_set_aside():
    charge = due_charge()
    payment = begun(charge, "counter")
    at_once(
        lambda: paying.receive(actor=None, payment=payment, amount=3000, currency="CHF"),
        lambda: charges.look_after(charge.pk, charge.expires_at),
    )
    charge.refresh_from_db()
    assert charge.paid + sum(SetAside.objects.values_list("amount", flat=True)) == 3000
    assert list(ledger.faults()) == []


def test_two_refunds_together_never_pay_back_more_than_was_paid():
    allocation, staff = paid(due_charge()).allocations.get(), UserFactory()

    def ask():
        try:
            return refunds.ask(actor=staff, allocation=allocation, amount=2000, reason="Trop.")
        except Impossible as refusal:
            return refusal

    answers = at_once(ask, ask)
    assert sorted(isinstance(answer, Impossible) for answer in answers) == [False, True]
    assert Refund.objects.count() == 1


def test_two_tabs_that_begin_together_begin_one_payment():
    charge = due_charge()

    def begin():
        return paying.begin(actor=None, basket=charge.basket, provider=providers["demo"], language="fr").pk

    first, second = at_once(begin, begin)
    assert first == second
