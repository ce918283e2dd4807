"""What of a request's bill is not due any more, as offered by the apps that know it, in files of this name.

An offer takes the case and answers how much to take off, in minor units, by the key of the line.
"""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal

from eservices.cases.models import Case
from eservices.formbuilder.bill import label
from eservices.formbuilder.logic.fees import vat_included
from home.registry import Registry

not_due: Registry[Callable[[Case], dict[str, int]]] = Registry("not_due")


def still_due(case: Case) -> list[dict]:
    """The lines of the request's bill, without what is not due any more."""
    less: Counter[str] = Counter()
    for offer in not_due:
        less.update(offer(case))
    return [_lessened(line, less[line["key"]]) for line in case.submission.fees]


def _lessened(line: dict, less: int) -> dict:
    """A line without a part of it: of its quantity as of what it comes to."""
    if not less:
        return line
    total = line["total"] - less
    quantity = f"{round(Decimal(line['quantity']) * total / line['total'], 2).normalize():f}"
    return line | {
        "label": label(line, quantity),
        "quantity": quantity,
        "total": total,
        "vat_amount": vat_included(total, line["vat"]),
    }
