"""What of a request's bill is not due any more, as offered by the apps that know it, in files of this name.

An offer takes the case and answers how much to take off, in minor units, by the key of the line.
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
    """The lines of the request's bill, without what is not due any more."""
    less: Counter[str] = Counter()
    for offer in deduction_providers:
        less.update(offer(case))
    return [_lessened(line, less[line["key"]]) for line in case.submission.fees]


def _lessened(line: dict, less: int) -> dict:
    """A line without a part of it: of its quantity as of what it comes to."""
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
