"""What the bank told, counted towards what was billed; what does not fit is set aside for a person."""

import hashlib

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
    """Takes up every entry of a camt.054 file that no file told before; answers how many there were.

    Each entry is a transaction of its own: read again after a crash, the file goes on where it stopped.
    Raises ``camt.Unreadable``.
    """
    message, entries = parse_camt054(content)
    file, _new = BankFile.objects.get_or_create(
        digest=hashlib.sha256(content).hexdigest(),
        defaults={"name": name[:255], "message_id": message[:70], "read_by": actor},
    )
    return file, sum(_take_up(actor, file, entry) for entry in entries)


@transaction.atomic
def _take_up(actor: User, file: BankFile, entry: CreditEntry) -> bool:
    """Counts one entry, once; whether it was new."""
    fields = {name: getattr(entry, name) for name in ("reference", "amount", "currency", "day", "payer")}
    row, new = BankEntry.objects.get_or_create(mark=entry.mark, defaults=fields | {"file": file})
    if not new:
        return False
    billed = Payment.objects.filter(provider="qrbill", external_id=entry.reference).exclude(external_id="")
    arrived = _receive(actor, billed.get(), entry) if billed.exists() else _unknown(actor, entry)
    row.outcome = COUNTED if arrived else ASIDE
    row.save(update_fields=["outcome"])
    return True


def _receive(actor: User, billed: Payment, entry: CreditEntry) -> bool:
    """Money for a bill; whether it was counted wholly: one that still lies in the house is not posted then.

    For one that was paid before it is another payment, which nothing is due for any more.
    """
    billed, _charges = lock_payment(billed.pk)  # another file may tell of the same bill this moment
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
        actor=actor, payment=arrived, amount=entry.amount, currency=entry.currency, known=_known(entry)
    )
    counted = not arrived.set_aside.exists()
    if counted:
        postal_delivery.cancel_bill_letter(billed)
    return counted


def _unknown(actor: User, entry: CreditEntry) -> bool:
    payments.record_unallocated(
        actor=actor,
        provider="qrbill",
        account=ledger.ledger_accounts().bank,
        amount=entry.amount,
        currency=entry.currency,
        why=UnallocatedPayment.Why.UNKNOWN,
        details=_known(entry) | {"reference": entry.reference},
    )
    return False


def _known(entry: CreditEntry) -> dict:
    return {"payer": entry.payer, "day": entry.day.isoformat()}


def erase_debtors(*, actor, case: Case) -> None:
    """Who paid the bills of a case that is erased; references, amounts and days stay."""
    billed = Payment.objects.filter(provider="qrbill", basket__charges__case=case).exclude(external_id="")
    for number in billed.values_list("external_id", flat=True):
        BankEntry.objects.filter(reference=number.partition("/")[0]).update(payer="")
