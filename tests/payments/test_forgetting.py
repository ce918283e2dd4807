"""A case goes, its money stays in the books: amounts, days, accounts and receipts, and nobody's name."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from eservices.cases.actors import SYSTEM
from eservices.cases.archiving import archived_parts
from eservices.cases.hindrances import hindrance_of
from eservices.cases.models import Case
from eservices.cases.retention.actions import Kept, erase
from eservices.deliveries.models import Delivery
from eservices.payments import carrying, ledger
from eservices.payments.actions import charges, refunds, settling
from eservices.payments.models import BankEntry, Charge, JournalRow, Payment, Refund, SetAside
from eservices.payments.providers import REFUND_FAILED, RefundAnswer
from tests.everywhere import everywhere
from tests.factories.accounts import UserFactory
from tests.factories.payments import begun, due_charge, paid, qr_account, sweep
from tests.payments.test_qrbill import entry, read

pytestmark = pytest.mark.django_db
MARK = "Zwingli-Unverwechselbar"


@pytest.fixture
def clerk(db):
    qr_account()
    return UserFactory(is_staff=True, is_superuser=True)


def closed(charge: Charge) -> Case:
    """The case of a charge, with every letter on it sent."""
    Delivery.objects.about(charge.case.subject).update(state=Delivery.State.DONE)
    return Case.objects.get(pk=charge.case_id)


def booked() -> list[tuple]:
    names = ("number", "debit", "credit", "amount", "text", "charge_id", "payment_id", "refund_id")
    return list(JournalRow.objects.values_list(*names))


def test_the_archive_of_a_case_says_what_was_due_paid_and_paid_back(clerk):
    charge = due_charge()
    payment = paid(charge)
    refund = refunds.ask(
        actor=clerk, allocation=payment.allocations.get(), amount=1000, reason="Payé pour deux."
    )
    carrying.carry_refund(refund.pk)
    parts = {name: json.load(content) for name, content in archived_parts["payments"](charge.case)}
    [told] = parts["charges.json"]
    assert (told["amount"], told["paid"], told["currency"]) == (3000, 3000, "CHF")
    [received], [back] = parts["payments.json"]["received"], parts["payments.json"]["refunds"]
    assert (received["amount"], received["receipt"]) == (3000, payment.receipt)
    assert (back["amount"], back["state"], back["reason"]) == (1000, "done", "Payé pour deux.")


def test_of_an_erased_case_the_books_keep_every_amount_and_nobody_s_name(clerk, client):
    charge = due_charge()
    billed = begun(charge, "qrbill")
    payment = paid(charge)
    Payment.objects.filter(pk=payment.pk).update(back=f"/dossier/{MARK}/")
    refund = refunds.ask(
        actor=clerk, allocation=payment.allocations.get(), amount=1000, reason=f"{MARK} a payé pour deux."
    )
    carrying.carry_refund(refund.pk)
    read(clerk, entry(billed.external_id).replace("Élodie Marchetti", MARK))
    kept = SetAside.objects.get()
    settling.book_elsewhere(actor=clerk, kept=kept, account="4900", note=f"{MARK} en fait don.")
    Charge.objects.update(reason=MARK)
    case, before = closed(charge), booked()
    ledger.close_days(timezone.now() + timedelta(days=1))
    assert {"Payment", "Refund", "SetAside", "BankEntry", "Charge"} <= set(everywhere(MARK))

    erase(actor=SYSTEM, case=case)

    assert everywhere(MARK) == []
    assert booked() == before
    assert list(ledger.faults()) == []
    assert BankEntry.objects.get().reference == billed.external_id
    assert (Refund.objects.get().amount, SetAside.objects.get().amount) == (1000, 3000)
    receipt = client.get(reverse("payments:receipt", args=[payment.basket.secret, payment.pk]))
    assert b"".join(receipt.streaming_content).startswith(b"%PDF-")


def test_money_that_is_not_settled_keeps_its_case(clerk):
    charge = due_charge()
    billed = begun(charge, "qrbill")
    payment = paid(charge)
    case = closed(charge)
    assert hindrance_of(case) == ""

    refund = refunds.ask(actor=clerk, allocation=payment.allocations.get(), amount=500, reason="Trop.")
    with pytest.raises(Kept, match="argent"):
        erase(actor=SYSTEM, case=case)
    carrying.carry_refund(refund.pk)
    closed(charge)
    assert hindrance_of(case) == ""

    read(clerk, entry(billed.external_id))
    closed(charge)
    with pytest.raises(Kept, match="argent"):
        erase(actor=SYSTEM, case=case)

    back = refunds.ask_for_set_aside(actor=clerk, kept=SetAside.objects.get(), reason="Payé deux fois.")
    refunds.keep(refund=back, answer=RefundAnswer(REFUND_FAILED))
    closed(charge)
    with pytest.raises(Kept, match="argent"):
        erase(actor=SYSTEM, case=case)
    refunds.finish_by_hand(actor=clerk, refund=back)
    closed(charge)
    assert hindrance_of(case) == ""


def test_what_is_paid_after_the_case_was_erased_is_set_aside_and_nobody_is_written_to(clerk):
    charge = due_charge()
    billed = begun(charge, "qrbill")
    charges.waive(actor=clerk, charge=charge, reason="Chômage.")
    carrying.check(billed.pk)
    sweep()
    erase(actor=SYSTEM, case=closed(charge))

    read(clerk, entry(billed.external_id))

    assert SetAside.objects.get().why in ("late", "double")
    assert not Delivery.objects.about(charge.case.subject).open().exists()
    assert list(ledger.faults()) == []
