"""Deductions: what of a case's fees is not due any more."""

from collections import Counter
from decimal import Decimal
from typing import Any

from eservices.cases.extension_points import CaseExtension
from eservices.cases.models import Case
from eservices.formbuilder.fee_breakdown import line_label
from eservices.formbuilder.logic.fees import included_vat
from home.extensions.base import extensions


def remaining_lines(case: Case) -> list[dict[str, Any]]:
    """Return the fee lines of the submission, reduced by all deductions."""
    less: Counter[str] = Counter()
    for extension in extensions(CaseExtension):
        less.update(extension.fee_deductions(case))
    return [_reduced_line(line, less[line["key"]]) for line in case.submission.fees]


def _reduced_line(line: dict[str, Any], less: int) -> dict[str, Any]:
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
