"""Extension point for deductions: apps register what of a case's fees is not due any more.

A provider takes the case and returns the amount to deduct, in minor units, by the key of the line.
"""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal

from eservices.cases.models import Case
from eservices.formbuilder.fee_breakdown import line_label
from eservices.formbuilder.logic.fees import included_vat
from home.extensions.registry import Registry

deduction_providers: Registry[Callable[[Case], dict[str, int]]] = Registry("not_due")


def remaining_lines(case: Case) -> list[dict]:
    """Return the fee lines of the submission, reduced by all deductions."""
    less: Counter[str] = Counter()
    for offer in deduction_providers:
        less.update(offer(case))
    return [_reduced_line(line, less[line["key"]]) for line in case.submission.fees]


def _reduced_line(line: dict, less: int) -> dict:
    """Return the line reduced by ``less``; its quantity is reduced in proportion."""
    if not less:
        return line
    total = line["total"] - less
    quantity = f"{round(Decimal(line['quantity']) * total / line['total'], 2).normalize():f}"
    return line | {
        "label": line_label(line, quantity),
        "quantity": quantity,
        "total": total,
        "vat_amount": included_vat(total, line["vat"]),
    }
