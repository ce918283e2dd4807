"""What is due for given answers. Pure and total. Amounts are in minor units (Rappen, cents)."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from ..definition import Definition
from .conditions import holds, number
from .visibility import relevant_answers

MOST = Decimal(1_000_000)  # of anything; more is a slip of the finger


@dataclass(frozen=True)
class FeeLine:
    """One line of what is due. Its label stands in the definition's texts under ``fee.KEY``."""

    key: str
    quantity: Decimal
    amount: int
    total: int


def fees_due(definition: Definition, answers: dict, today: date) -> list[FeeLine]:
    """The lines that apply, in order; none where the request is free."""
    answers = relevant_answers(definition, answers, today)
    lines = []
    for fee in definition.fees:
        quantity = _quantity(answers.get(fee.quantity)) if fee.quantity else Decimal(1)
        if quantity and holds(fee.condition, answers, today):
            total = (quantity * fee.amount).quantize(Decimal(1), rounding=ROUND_HALF_UP)
            lines.append(FeeLine(fee.key, quantity, fee.amount, int(total)))
    return lines


def total(lines: list[FeeLine]) -> int:
    return sum(line.total for line in lines)


def _quantity(answer) -> Decimal:
    """How many an answer stands for: a number itself, a list its length, "yes" one."""
    if isinstance(answer, bool):
        return Decimal(answer)
    if isinstance(answer, list):
        return Decimal(len(answer))
    return min(max(number(answer) or Decimal(0), Decimal(0)), MOST)
