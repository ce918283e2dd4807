"""The ledger: the only module that posts journal rows, closes days, and verifies the journal against payments."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Max, Min, Sum
from django.utils import timezone

from eservices.cases import number_series
from eservices.cases.texts.placeholders import fee_line_texts
from eservices.formbuilder.logic.fees import included_vat

from .amounts import split_proportionally
from .models import (
    Allocation,
    Charge,
    DayClosing,
    JournalRow,
    Payment,
    PaymentSettings,
    Refund,
    UnallocatedPayment,
)
from .states import RefundState

SERIES = "journal"
Kind = JournalRow.Kind


def ledger_accounts() -> PaymentSettings:
    """Return the payment settings with the commune's ledger accounts."""
    return PaymentSettings.load()


def post_entry(kind: str, *, debit: str, credit: str, amount: int, currency: str, text: str, **about) -> None:
    """Write one journal row. Negative amounts swap debit and credit; an amount of zero writes nothing.

    The number is drawn under a lock, so that numbers follow the order of time.
    """
    if not amount:
        return
    if amount < 0:
        debit, credit, amount = credit, debit, -amount
    number = number_series.draw_number(SERIES)
    now = timezone.now()
    JournalRow.objects.create(
        number=number,
        day=timezone.localdate(now),
        at=now,
        kind=kind,
        debit=debit,
        credit=credit,
        amount=amount,
        currency=currency,
        vat_amount=included_vat(amount, about.get("vat", "")),
        text=text[:255],
        **about,
    )


def post_income(kind: str, charge: Charge, change: int, *, account: str, text: str, **about) -> None:
    """Post ``change`` of a charge's income, line by line; a negative change is a refund.

    Must be called before the charge is updated. Every sum is split over the lines in the same proportion, to the
    minor unit. Texts are in the default language of the commune.
    """
    before, after = _income_shares(charge, charge.lines), _income_shares(charge, charge.lines, change)
    moved = [new - old for old, new in zip(before, after, strict=True)]
    _post_shares(kind, charge, charge.lines, moved, account=account, text=text, **about)


def post_lines(charge: Charge, lines: list[dict]) -> None:
    """Post the income of a charge again under other ``lines``, by way of the account for unallocated payments.

    The balance of that account does not change. Must be called before the charge is updated.
    """
    way = {"account": ledger_accounts().aside, "text": charge.case.reference}
    back = [-part for part in _income_shares(charge, charge.lines)]
    _post_shares(Kind.LINES, charge, charge.lines, back, **way)
    _post_shares(Kind.LINES, charge, lines, _income_shares(charge, lines), **way)


def _income_shares(charge: Charge, lines: list[dict], change: int = 0) -> list[int]:
    """Return the share of each line in the charge's net income plus ``change``."""
    return split_proportionally(charge.paid - charge.refunded + change, [line["total"] for line in lines])


def _post_shares(
    kind: str, charge: Charge, of: list[dict], parts: list[int], *, account: str, text: str, **about
) -> None:
    for line, part in zip(fee_line_texts(charge.case, of, settings.LANGUAGE_CODE), parts, strict=True):
        post_entry(
            kind,
            debit=account,
            credit=line["account"],
            amount=part,
            currency=charge.currency,
            text=f"{text} {line['label']}",
            vat=line["vat"],
            cost_centre=line["cost_centre"],
            charge=charge,
            **about,
        )


# -- Closing -------------------------------------------------------------------------------------------------
@transaction.atomic
def close_days(now: datetime) -> list[DayClosing]:
    """Close all days before today that have rows and are still open."""
    number_series.lock_series(SERIES)  # rows written after this commits are dated today
    last = DayClosing.objects.last()
    rows = JournalRow.objects.filter(day__lt=timezone.localdate(now))
    if last:
        rows = rows.filter(day__gt=last.day)
    closed = []
    for day in rows.order_by("day").values_list("day", flat=True).distinct():
        last = DayClosing.objects.create(day=day, at=now, **_closing(day, last.digest if last else ""))
        closed.append(last)
    return closed


def _closing(day: date, previous: str) -> dict:
    found = list(JournalRow.objects.filter(day=day))
    content = [[previous], *([str(getattr(row, name)) for name in BOUND] for row in found)]
    return {
        "rows": len(found),
        "balances": account_balances(found),
        "digest": hashlib.sha256(json.dumps(content).encode()).hexdigest(),
    }


BOUND = (
    *("number", "day", "kind", "debit", "credit", "amount", "currency", "vat", "vat_amount", "cost_centre"),
    *("text", "charge_id", "payment_id", "refund_id", "set_aside_id", "payout_id"),
)


def account_balances(rows) -> dict[str, dict[str, int]]:
    """Return debit less credit by currency and account."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        found[row.currency][row.debit] += row.amount
        found[row.currency][row.credit] -= row.amount
    return {currency: dict(sorted(by.items())) for currency, by in sorted(found.items())}


def sums_by(rows, side: str):
    """Return currency, account and sum of ``rows`` (a query) for one side, "debit" or "credit"."""
    return rows.order_by().values_list("currency", side).annotate(Sum("amount"))


# -- Verification --------------------------------------------------------------------------------------------
def ledger_errors() -> Iterator[str]:
    """Yield each difference between the journal and the states of payments, as text; nothing if they agree."""
    yield from _number_faults()
    yield from _charge_faults()
    yield from _line_faults()
    yield from _payment_faults()
    yield from _aside_faults()
    yield from _closing_faults()


def _number_faults() -> Iterator[str]:
    seen = JournalRow.objects.aggregate(first=Min("number"), last=Max("number"), count=Count("pk"))
    if seen["count"] and (seen["first"] != 1 or seen["last"] != seen["count"]):
        yield f"journal: {seen['count']} rows, numbered {seen['first']} to {seen['last']}"
    series = defaultdict(list)
    for receipt in Payment.objects.exclude(receipt=None).values_list("receipt", flat=True):
        name, _dash, number = receipt.rpartition("-")
        series[name].append(int(number))
    for name, drawn in series.items():
        if sorted(drawn) != list(range(1, len(drawn) + 1)):
            yield f"receipts {name}: {len(drawn)} of them, the last is {max(drawn)}"


def _charge_faults() -> Iterator[str]:
    clearing = _clearing_accounts()
    booked: dict[object, int] = defaultdict(int)
    for row in JournalRow.objects.exclude(charge=None).iterator():
        if row.debit in clearing:
            booked[row.charge_id] += row.amount
        if row.credit in clearing:
            booked[row.charge_id] -= row.amount
    allocated = _sums(Allocation.objects.values_list("charge"))
    for charge in Charge.objects.filter(paid__gt=0).select_related("case").iterator():
        if booked.pop(charge.pk, 0) != charge.paid - charge.refunded:
            yield f"{charge.case}: the journal does not add up to what was paid less what was refunded"
        if allocated.get(charge.pk, 0) != charge.paid:
            yield f"{charge.case}: the payments do not add up to what was paid"
    for pk, amount in booked.items():
        if amount:
            yield f"charge {pk}: {amount} in the journal, nothing paid"


def _line_faults() -> Iterator[str]:
    """Yield charges whose income is not split over the ledger accounts as over their lines."""
    clearing = _clearing_accounts()
    booked: dict[object, Counter[str]] = defaultdict(Counter)
    for row in JournalRow.objects.exclude(charge=None).iterator():
        booked[row.charge_id][row.credit] += row.amount
        booked[row.charge_id][row.debit] -= row.amount
    for charge in Charge.objects.filter(paid__gt=0).select_related("case").iterator():
        due: Counter[str] = Counter()
        for line, part in zip(charge.lines, _income_shares(charge, charge.lines), strict=True):
            due[line["account"]] += part
        got = booked[charge.pk]
        if any(got[account] != due[account] for account in {*got, *due} - clearing):
            yield f"{charge.case}: the journal is not split as the lines of what is due"


def _payment_faults() -> Iterator[str]:
    came = _sums(JournalRow.objects.filter(debit=F("payment__account"), refund=None).values_list("payment"))
    for payment in Payment.objects.received().iterator():
        if came.pop(payment.pk, 0) != payment.received:
            yield f"payment {payment.receipt}: the journal does not add up to what was received"
    for pk in came:
        yield f"payment {pk}: in the journal, but not received"
    refunded = _sums(JournalRow.objects.filter(credit=F("refund__account")).values_list("refund"))
    for refund in Refund.objects.filter(state=RefundState.DONE).iterator():
        if refunded.pop(refund.pk, 0) != refund.amount:
            yield f"refund {refund.pk}: the journal does not add up to it"
    for pk in refunded:
        yield f"refund {pk}: in the journal, but not done"


def _aside_faults() -> Iterator[str]:
    account = ledger_accounts().aside
    held: dict[str, int] = defaultdict(int)
    for name, sign in (("credit", 1), ("debit", -1)):
        for currency, _account, amount in sums_by(JournalRow.objects.filter(**{name: account}), name):
            held[currency] += sign * amount
    waiting = dict(
        UnallocatedPayment.objects.filter(resolved_at=None)
        .order_by()
        .values_list("currency")
        .annotate(Sum("amount"))
    )
    for currency in held.keys() | waiting.keys():
        if held.get(currency, 0) != waiting.get(currency, 0):
            yield f"set aside: {held.get(currency, 0)} {currency} in the journal, {waiting.get(currency, 0)} waiting"


def _closing_faults() -> Iterator[str]:
    previous = ""
    for closing in DayClosing.objects.iterator():
        found = _closing(closing.day, previous)
        if any(getattr(closing, name) != value for name, value in found.items()):
            yield f"closing of {closing.day}: its rows, or those of a day before, were changed"
        previous = closing.digest


def _clearing_accounts() -> set[str]:
    """Return the accounts that hold or held received money, and the one for unallocated payments."""
    used = Payment.objects.exclude(account="").order_by().values_list("account", flat=True).distinct()
    given = Refund.objects.order_by().values_list("account", flat=True).distinct()
    return {ledger_accounts().aside, *used, *given}


def _sums(pairs) -> dict:
    return dict(pairs.order_by().annotate(Sum("amount")))
