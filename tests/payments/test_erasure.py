"""Erasure of a case: its amounts, days, accounts and receipts stay in the ledger, without names."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from eservices.cases.actors import SYSTEM
from eservices.cases.models import Case
from eservices.cases.retention.actions import CaseKept, erase_case
from eservices.cases.retention.blockers import blocker_reason
from eservices.deliveries.models import Delivery
from eservices.payments import ledger, provider_calls
from eservices.payments.actions import charges, refunds, settlement
from eservices.payments.archive_files import archive_payment_files
from eservices.payments.models import BankEntry, Charge, JournalRow, Payment, Refund, UnallocatedPayment
from eservices.payments.providers import REFUND_FAILED, RefundStatus
from tests.factories.accounts import UserFactory
from tests.factories.payments import begun, due_charge, paid, qr_account, sweep
from tests.payments.test_qrbill import entry, read
from tests.support.personal_data_scan import everywhere

pytestmark = pytest.mark.django_db
MARK = "Zwingli-Unverwechselbar"


@pytest.fixture
def clerk(db):
    qr_account()
    return UserFactory(is_staff=True, is_superuser=True)


def closed(charge: Charge) -> Case:
    """Return the case of a charge after marking its deliveries as done."""
    Delivery.objects.for_subject(charge.case.subject).update(state=Delivery.State.DONE)
    return Case.objects.get(pk=charge.case_id)


def booked() -> list[tuple]:
    names = ("number", "debit", "credit", "amount", "text", "charge_id", "payment_id", "refund_id")
    return list(JournalRow.objects.values_list(*names))


def test_case_archive_contains_charges_payments_and_refunds(clerk):
    charge = due_charge()
    payment = paid(charge)
    refund = refunds.request_refund(
        actor=clerk, allocation=payment.allocations.get(), amount=1000, reason="Payé pour deux."
    )
    provider_calls.run_refund(refund.pk)
    parts = {name: json.load(content) for name, content in archive_payment_files(charge.case)}
    [told] = parts["charges.json"]
    assert (told["amount"], told["paid"], told["currency"]) == (3000, 3000, "CHF")
    [received], [back] = parts["payments.json"]["received"], parts["payments.json"]["refunds"]
    assert (received["amount"], received["receipt"]) == (3000, payment.receipt)
    assert (back["amount"], back["state"], back["reason"]) == (1000, "done", "Payé pour deux.")


def test_erased_case_keeps_amounts_without_names(clerk, client):
    charge = due_charge()
    billed = begun(charge, "qrbill")
    payment = paid(charge)
    Payment.objects.filter(pk=payment.pk).update(back=f"/dossier/{MARK}/")
    refund = refunds.request_refund(
        actor=clerk, allocation=payment.allocations.get(), amount=1000, reason=f"{MARK} a payé pour deux."
    )
    provider_calls.run_refund(refund.pk)
    read(clerk, entry(billed.external_id).replace("Élodie Marchetti", MARK))
    kept = UnallocatedPayment.objects.get()
    settlement.book_to_account(actor=clerk, unallocated=kept, account="4900", note=f"{MARK} en fait don.")
    Charge.objects.update(reason=MARK)
    case, before = closed(charge), booked()
    ledger.close_days(timezone.now() + timedelta(days=1))
    assert {"Payment", "Refund", "UnallocatedPayment", "BankEntry", "Charge"} <= set(everywhere(MARK))

    erase_case(actor=SYSTEM, case=case)

    assert everywhere(MARK) == []
    assert booked() == before
    assert list(ledger.ledger_errors()) == []
    assert BankEntry.objects.get().reference == billed.external_id
    assert (Refund.objects.get().amount, UnallocatedPayment.objects.get().amount) == (1000, 3000)
    receipt = client.get(reverse("payments:receipt", args=[payment.basket.secret, payment.pk]))
    assert b"".join(receipt.streaming_content).startswith(b"%PDF-")


def test_unsettled_money_prevents_erasure(clerk):
    charge = due_charge()
    billed = begun(charge, "qrbill")
    payment = paid(charge)
    case = closed(charge)
    assert blocker_reason(case) == ""

    refund = refunds.request_refund(
        actor=clerk, allocation=payment.allocations.get(), amount=500, reason="Trop."
    )
    with pytest.raises(CaseKept, match="argent"):
        erase_case(actor=SYSTEM, case=case)
    provider_calls.run_refund(refund.pk)
    closed(charge)
    assert blocker_reason(case) == ""

    read(clerk, entry(billed.external_id))
    closed(charge)
    with pytest.raises(CaseKept, match="argent"):
        erase_case(actor=SYSTEM, case=case)

    back = refunds.refund_unallocated(
        actor=clerk, unallocated=UnallocatedPayment.objects.get(), reason="Payé deux fois."
    )
    refunds.save_refund_answer(refund=back, answer=RefundStatus(REFUND_FAILED))
    closed(charge)
    with pytest.raises(CaseKept, match="argent"):
        erase_case(actor=SYSTEM, case=case)
    refunds.complete_by_hand(actor=clerk, refund=back)
    closed(charge)
    assert blocker_reason(case) == ""


def test_payment_after_erasure_stays_unallocated(clerk):
    charge = due_charge()
    billed = begun(charge, "qrbill")
    charges.waive_charge(actor=clerk, charge=charge, reason="Chômage.")
    provider_calls.poll_payment(billed.pk)
    sweep()
    erase_case(actor=SYSTEM, case=closed(charge))

    read(clerk, entry(billed.external_id))

    assert UnallocatedPayment.objects.get().why in ("late", "double")
    assert not Delivery.objects.for_subject(charge.case.subject).open().exists()
    assert list(ledger.ledger_errors()) == []
