"""Export of the journal for the accountant, as CSV for spreadsheets and accounting programs."""

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
    """Write one CSV line per journal row.

    The lines are generated while the response is sent, when the admin's language is not active any more: labels are
    translated before.
    """
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
    return write_csv_lines([*map(_column_title, FIELDS), _("Receipt"), _("Case")], found)


def write_accounts_csv(rows) -> Iterator[str]:
    """Write one CSV line per account: debit, credit and balance."""
    found = (
        [
            line["currency"],
            line["account"],
            *(format_plain_amount(line[name]) for name in ("debit", "credit", "balance")),
        ]
        for line in totals_by_account(rows)
    )
    return write_csv_lines(
        [_column_title("currency"), _("Account"), *map(_column_title, ("debit", "credit")), _("Balance")],
        found,
    )


def totals_by_account(rows) -> list[dict]:
    """Return debit, credit and balance by currency and account, in minor units; the database sums them."""
    sums: dict[tuple[str, str], dict[str, int]] = {}
    for side in ("debit", "credit"):
        for currency, account, amount in ledger.sums_by(rows, side):
            sums.setdefault((currency, account), {"debit": 0, "credit": 0})[side] += amount
    return [
        {"currency": currency, "account": account, **both, "balance": both["debit"] - both["credit"]}
        for (currency, account), both in sorted(sums.items())
    ]


def format_plain_amount(minor: int) -> Decimal:
    """Format an amount in whole units with two decimals."""
    return Decimal(f"{minor / 100:.2f}")


def _column_title(name: str) -> str:
    return capfirst(JournalRow._meta.get_field(name).verbose_name)
