"""Deductions from charges for bookings that were cancelled before they were paid."""

from typing import Any

from eservices.cases.models import Case

from .logic import cancellation_terms
from .models import Booking
from .question.fee_lines import fee_lines_of_question
from .states import ENDED_STATES, UNSETTLED


def deductions_for_cancelled(case: Case) -> dict[str, int]:
    """Return what is not due any more, by the key of the fee line.

    Each of several times booked together is a part of the price; the deposit goes with the last.
    """
    booked = list(Booking.objects.filter(submission=case.submission_id).order_by("created_at", "pk"))
    ended_fields = {one.field for one in booked if one.state in ENDED_STATES}
    together = {field: [one for one in booked if one.field == field] for field in ended_fields}
    return {
        line["key"]: _amount_not_due(line, times)
        for field, times in together.items()
        for line in fee_lines_of_question(field, case.submission.fees)
    }


def _amount_not_due(line: dict[str, Any], times: list[Booking]) -> int:
    """Return how much of a fee line is not due any more, given the states of its bookings."""
    if line.get("deposit"):
        return 0 if any(one.state in UNSETTLED for one in times) else line["total"]
    return sum(
        cancellation_terms.line_share(line, 100 - one.still_due, place, len(times))
        for place, one in enumerate(times)
        if one.state in ENDED_STATES
    )
