"""Concurrent payments. Meaningful on PostgreSQL only: SQLite has a single writer anyway."""

import pytest
from django.db import connection
from django.urls import reverse

from eservices.payments import ledger, provider_calls, tasks
from eservices.payments.actions import charges, payments, refunds
from eservices.payments.actions.locking import PaymentActionRefused
from eservices.payments.contrib.counter import actions as counter
from eservices.payments.contrib.qrbill import actions as bank
from eservices.payments.models import Charge, JournalRow, Payment, Refund, Till, UnallocatedPayment
from eservices.payments.providers import payment_providers
from tests.cases.test_concurrency import at_once
from tests.factories.accounts import UserFactory
from tests.factories.cases import member
from tests.factories.payments import begun, due_charge, paid, pays, qr_account
from tests.payments.test_qrbill import bank_file, entry

pytestmark = [
    pytest.mark.usefixtures("transactional_db"),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL"),
]


def test_concurrent_polls_receive_the_payment_once():
    payment = begun(due_charge())
    pays(payment)
    at_once(*[lambda: provider_calls.poll_payment(payment.pk)] * 3)
    assert (Payment.objects.get().receipt[-5:], JournalRow.objects.count()) == ("00001", 1)
    assert list(ledger.ledger_errors()) == []


def test_waiting_pages_enqueue_one_poll(monkeypatch):
    payment, woken = begun(due_charge()), []
    monkeypatch.setattr(type(tasks.poll_payment), "enqueue", lambda task, pk: woken.append(pk))
    at_once(*[lambda: payments.note_waiting_payer(payment=payment)] * 4)
    assert woken == [str(payment.pk)]


def test_concurrent_payments_by_two_providers_pay_once():
    charge = due_charge()
    both = begun(charge), begun(charge, "counter")
    pay = lambda one: payments.record_receipt(actor=None, payment=one, amount=3000, currency="CHF")  # noqa: E731
    at_once(*(lambda one=one: pay(one) for one in both))
    assert (Charge.objects.get().paid, UnallocatedPayment.objects.get().amount) == (3000, 3000)
    assert sorted(Payment.objects.values_list("receipt", flat=True))[-1].endswith("00002")
    assert list(ledger.ledger_errors()) == []


def test_concurrent_payments_draw_receipts_without_a_gap():
    payments = [begun(due_charge()) for _number in range(4)]
    for payment in payments:
        pays(payment)
    at_once(*(lambda one=one: provider_calls.poll_payment(one.pk) for one in payments))
    assert list(ledger.ledger_errors()) == []
    assert Payment.objects.received().count() == 4


def test_payment_at_the_deadline_is_allocated_or_unallocated():
    charge = due_charge()
    payment = begun(charge, "counter")
    at_once(
        lambda: payments.record_receipt(actor=None, payment=payment, amount=3000, currency="CHF"),
        lambda: charges.process_due_charge(charge.pk, charge.expires_at),
    )
    charge.refresh_from_db()
    assert charge.paid + sum(UnallocatedPayment.objects.values_list("amount", flat=True)) == 3000
    assert list(ledger.ledger_errors()) == []


def test_concurrent_refunds_never_exceed_the_payment():
    allocation, staff = paid(due_charge()).allocations.get(), UserFactory()

    def ask():
        try:
            return refunds.request_refund(actor=staff, allocation=allocation, amount=2000, reason="Trop.")
        except PaymentActionRefused as refusal:
            return refusal

    answers = at_once(ask, ask)
    assert sorted(isinstance(answer, PaymentActionRefused) for answer in answers) == [False, True]
    assert Refund.objects.count() == 1


def test_concurrent_tabs_start_one_payment():
    charge = due_charge()

    def begin():
        return payments.start_payment(
            actor=None, basket=charge.basket, provider=payment_providers["demo"], language="fr"
        ).pk

    first, second = at_once(begin, begin)
    assert first == second


def test_concurrent_agents_pay_out_a_refund_once():
    charge = due_charge()
    payment = begun(charge, "counter")
    payments.record_receipt(actor=None, payment=payment, amount=3000, currency="CHF")
    allocation, agents = charge.allocations.get(), [member(), member()]
    refunds.request_refund(actor=agents[0], allocation=allocation, amount=500, reason="Trop.")
    refund = Refund.objects.get()
    for agent in agents:
        counter.open_till(actor=agent, start=10000)

    def pay_back(agent):
        try:
            return counter.pay_out_refund(actor=agent, refund=refund)
        except PaymentActionRefused as refusal:
            return refusal

    answers = at_once(*(lambda agent=agent: pay_back(agent) for agent in agents))
    assert sorted(isinstance(answer, PaymentActionRefused) for answer in answers) == [False, True]
    assert sorted(Till.objects.values_list("cash", flat=True)) == [-500, 0]
    assert list(ledger.ledger_errors()) == []


def test_concurrent_bank_files_allocate_the_payment_once():
    qr_account()
    charge, clerk = due_charge(), UserFactory()
    reference = begun(charge, "qrbill").external_id
    files = [bank_file(entry(reference, mark=mark), number=mark) for mark in ("1", "2")]
    read = lambda content: bank.import_bank_file(actor=clerk, name="x", content=content)[1]  # noqa: E731
    assert at_once(*(lambda content=content: read(content) for content in files)) == [1, 1]
    assert (Charge.objects.get().paid, UnallocatedPayment.objects.get().amount) == (3000, 3000)
    assert list(ledger.ledger_errors()) == []


def test_back_path_that_the_database_refuses_is_dropped(client):
    charge = due_charge()
    url = reverse("payments:pay", args=[charge.basket.secret])
    assert client.post(url, {"provider": "demo", "back": "/a\x00b"}).status_code == 302
    assert Payment.objects.get().back == ""
