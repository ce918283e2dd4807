"""Import of bank files: credits are matched to bills; those that do not match become unallocated payments."""

import hashlib
from typing import Any

from django.db import transaction

from eservices.accounts.models import User
from eservices.cases.models import Case

from ... import ledger
from ...actions import payments
from ...actions.locking import lock_payment
from ...models import BankEntry, BankFile, Payment, UnallocatedPayment
from . import postal_delivery
from .camt054 import CreditEntry, parse_camt054

COUNTED, ASIDE = "counted", "aside"


def import_bank_file(*, actor: User, name: str, content: bytes) -> tuple[BankFile, int]:
    """Import the entries of a camt.054 file. Return the file and the number of entries that were new.

    Each entry has its own transaction: after a crash, reading the file again continues where it stopped. Raise
    InvalidBankFile if the file cannot be parsed.
    """
    message, entries = parse_camt054(content)
    file, _new = BankFile.objects.get_or_create(
        digest=hashlib.sha256(content).hexdigest(),
        defaults={"name": name[:255], "message_id": message[:70], "read_by": actor},
    )
    return file, sum(_record_entry(actor, file, entry) for entry in entries)


@transaction.atomic
def _record_entry(actor: User, file: BankFile, entry: CreditEntry) -> bool:
    """Record one entry, once. Return whether it was new."""
    fields = {name: getattr(entry, name) for name in ("reference", "amount", "currency", "day", "payer")}
    row, new = BankEntry.objects.get_or_create(mark=entry.mark, defaults=fields | {"file": file})
    if not new:
        return False
    billed = Payment.objects.filter(provider="qrbill", external_id=entry.reference).exclude(external_id="")
    arrived = _receive(actor, billed.get(), entry) if billed.exists() else _record_unknown(actor, entry)
    row.outcome = COUNTED if arrived else ASIDE
    row.save(update_fields=["outcome"])
    return True


def _receive(actor: User, billed: Payment, entry: CreditEntry) -> bool:
    """Record money for a bill. Return whether all of it was allocated.

    If so, a paper bill that is not posted yet is cancelled. If the bill was paid before, a second payment is
    created, which becomes an unallocated one.
    """
    billed, _charges = lock_payment(billed.pk)  # another import may have an entry for this bill
    arrived = billed
    if billed.is_received:
        arrived = Payment.objects.create(
            basket=billed.basket,
            provider=billed.provider,
            amount=entry.amount,
            currency=billed.currency,
            language=billed.language,
            external_id=f"{entry.reference}/{entry.mark[:16]}",
        )
    arrived = payments.record_receipt(
        actor=actor,
        payment=arrived,
        amount=entry.amount,
        currency=entry.currency,
        details=_payer_details(entry),
    )
    counted = not arrived.set_aside.exists()
    if counted:
        postal_delivery.cancel_bill_letter(billed)
    return counted


def _record_unknown(actor: User, entry: CreditEntry) -> bool:
    payments.record_unallocated(
        actor=actor,
        provider="qrbill",
        account=ledger.ledger_accounts().bank,
        amount=entry.amount,
        currency=entry.currency,
        why=UnallocatedPayment.Why.UNKNOWN,
        details=_payer_details(entry) | {"reference": entry.reference},
    )
    return False


def _payer_details(entry: CreditEntry) -> dict[str, Any]:
    return {"payer": entry.payer, "day": entry.day.isoformat()}


def erase_debtors(*, actor: User, case: Case) -> None:
    """Erase who paid the bills of a case; references, amounts and days remain."""
    billed = Payment.objects.filter(provider="qrbill", basket__charges__case=case).exclude(external_id="")
    for number in billed.values_list("external_id", flat=True):
        BankEntry.objects.filter(reference=number.partition("/")[0]).update(payer="")
