"""The journal for the accountant: CSV that spreadsheets and accounting programs read."""

from collections.abc import Iterator
from decimal import Decimal

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from home.formats.spreadsheets import write_csv_lines

from . import ledger
from .models import JournalRow

FIELDS = (
    *("number", "day", "debit", "credit", "amount", "currency", "vat", "vat_amount", "cost_centre"),
    *("kind", "text"),
)


def write_rows_csv(rows) -> Iterator[str]:
    """One line a row. It is made while it is sent: the words of the admin's language are taken before."""
    kinds = {kind.value: str(kind.label) for kind in JournalRow.Kind}
    found = (
        [
            row.number,
            row.day,
            row.debit,
            row.credit,
            format_plain_amount(row.amount),
            row.currency,
            row.vat,
            format_plain_amount(row.vat_amount),
            row.cost_centre,
            kinds[row.kind],
            row.text,
            row.payment.receipt if row.payment else "",
            row.charge.case.reference if row.charge else "",
        ]
        for row in rows.iterator(chunk_size=500)
    )
    return write_csv_lines([*map(_called, FIELDS), _("Receipt"), _("Case")], found)


def write_accounts_csv(rows) -> Iterator[str]:
    """One line an account: what was debited, credited, and the balance."""
    found = (
        [
            line["currency"],
            line["account"],
            *(format_plain_amount(line[name]) for name in ("debit", "credit", "balance")),
        ]
        for line in totals_by_account(rows)
    )
    return write_csv_lines(
        [_called("currency"), _("Account"), *map(_called, ("debit", "credit")), _("Balance")], found
    )


def totals_by_account(rows) -> list[dict]:
    """By currency and account: debit, credit and balance in minor units, added up by the database."""
    sums: dict[tuple[str, str], dict[str, int]] = {}
    for side in ("debit", "credit"):
        for currency, account, amount in ledger.sums_by(rows, side):
            sums.setdefault((currency, account), {"debit": 0, "credit": 0})[side] += amount
    return [
        {"currency": currency, "account": account, **both, "balance": both["debit"] - both["credit"]}
        for (currency, account), both in sorted(sums.items())
    ]


def format_plain_amount(minor: int) -> Decimal:
    """In whole units, to the coin."""
    return Decimal(f"{minor / 100:.2f}")


def _called(name: str) -> str:
    return capfirst(JournalRow._meta.get_field(name).verbose_name)
