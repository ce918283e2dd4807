"""The journal for the accountant: CSV that spreadsheets and accounting programs read."""

import csv
from collections.abc import Iterator

from eservices.cases.exports import harmless

from . import ledger

HEADER = (
    *("number", "day", "debit", "credit", "amount", "currency", "vat", "vat_amount", "cost_centre"),
    *("kind", "receipt", "case", "text"),
)


class _Line:
    """What a csv writer writes to: it hands each line on at once."""

    def write(self, line: str) -> str:
        return line


def rows_csv(rows) -> Iterator[str]:
    """One line a row, amounts in whole units with a point."""
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow(HEADER)
    for row in rows.iterator(chunk_size=500):
        yield writer.writerow(
            [
                row.number,
                row.day.isoformat(),
                harmless(row.debit),
                harmless(row.credit),
                money(row.amount),
                row.currency,
                row.vat,
                money(row.vat_amount),
                harmless(row.cost_centre),
                row.kind,
                row.payment.receipt if row.payment else "",
                row.charge.case.reference if row.charge else "",
                harmless(row.text),
            ]
        )


def accounts_csv(rows) -> Iterator[str]:
    """One line an account: what was debited, credited, and the balance."""
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow(["currency", "account", "debit", "credit", "balance"])
    for line in by_account(rows):
        amounts = [money(line[name]) for name in ("debit", "credit", "balance")]
        yield writer.writerow([line["currency"], harmless(line["account"]), *amounts])


def by_account(rows) -> list[dict]:
    """By currency and account: debit, credit and balance in minor units, added up by the database."""
    sums: dict[tuple[str, str], dict[str, int]] = {}
    for side in ("debit", "credit"):
        for currency, account, amount in ledger.sums_by(rows, side):
            sums.setdefault((currency, account), {"debit": 0, "credit": 0})[side] += amount
    return [
        {"currency": currency, "account": account, **both, "balance": both["debit"] - both["credit"]}
        for (currency, account), both in sorted(sums.items())
    ]


def money(minor: int) -> str:
    return f"{minor / 100:.2f}"
