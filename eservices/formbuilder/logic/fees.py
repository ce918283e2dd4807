"""Fees due for given answers. Pure and total. Amounts are in minor units (Rappen, cents).

Everything is computed exactly and rounded once, half up. ``static/js/conditions.js`` computes the same in the browser.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

from ..definition import FormDefinition
from .conditions import condition_holds, parse_number
from .visibility import relevant_answers

MAX_QUANTITY = Decimal(1_000_000)  # of anything; more is a typing error


@dataclass(frozen=True)
class FeeLine:
    """A fee that is due, including value-added tax at ``vat`` per cent ("" outside its scope).

    Its label is in the definition's texts under ``fee.KEY``.
    """

    key: str
    quantity: Decimal
    amount: int
    total: int
    vat: str = ""
    exempt: bool = False

    @property
    def times(self) -> str:
        """The quantity with as few digits as possible: "2", "12.5"."""
        written = f"{self.quantity:f}"
        return written.rstrip("0").rstrip(".") if "." in written else written

    @property
    def vat_amount(self) -> int:
        return included_vat(self.total, self.vat)


def fees_due(definition: FormDefinition, answers: dict[str, Any], today: date) -> list[FeeLine]:
    """Return the lines that apply, in order; none if the submission is free."""
    answers = relevant_answers(definition, answers, today)
    lines = []
    for fee in definition.fees:
        quantity = _quantity(answers.get(fee.quantity)) if fee.quantity else Decimal(1)
        if quantity and condition_holds(fee.condition, answers, today):
            exempt = fee.exempt is not None and condition_holds(fee.exempt, answers, today)
            total = 0 if exempt else _rounded(Fraction(quantity) * fee.amount)
            lines.append(FeeLine(fee.key, quantity, fee.amount, total, fee.vat, exempt))
    return lines


def sum_fees(lines: list[FeeLine]) -> int:
    return sum(line.total for line in lines)


def included_vat(total: int, rate: str) -> int:
    """Return the value-added tax included in an amount at ``rate`` per cent: of 108.10 at 8.1 %, it is 8.10.

    0 without a valid rate.
    """
    share = max(Fraction(parse_number(rate) or 0), Fraction(0))
    return _rounded(total * share / (100 + share))


def _quantity(answer: Any) -> Decimal:
    """Return the quantity for an answer: a number itself, a list its length, "yes" one."""
    if isinstance(answer, bool):
        return Decimal(answer)
    if isinstance(answer, list):
        return Decimal(len(answer))
    return min(max(parse_number(answer) or Decimal(0), Decimal(0)), MAX_QUANTITY)


def _rounded(exact: Fraction) -> int:
    return floor(exact + Fraction(1, 2))
