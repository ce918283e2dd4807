"""The promised date of a case, as the applicant reads it on the receipt. Reads only."""

from datetime import datetime

from ..models import Case
from .stage_types import Stage, stages


def is_immediate(case: Case) -> bool:
    """Return whether all stages of the case run immediately, such as the confirmation of a free time."""
    kinds = _stage_kinds(case)
    return bool(kinds) and all(kind and kind.at_once for kind in kinds)


def waits_for_payment_first(case: Case) -> bool:
    """Return whether the case first waits for the payment of its fees."""
    kinds = _stage_kinds(case)
    return bool(kinds and kinds[0] and kinds[0].collects and case.submission.fees_total)


def promised_date(case: Case) -> datetime | None:
    """Return the promised date.

    None if none is set, the case is closed or runs immediately, or a payment comes first.
    """
    no_day = case.closed_at or is_immediate(case) or waits_for_payment_first(case)
    return None if no_day else case.deadline


def _stage_kinds(case: Case) -> list[type[Stage] | None]:
    """Return the stages of the case's service, without a query; None for one whose app is not installed."""
    return [stages.get(spec.type) for spec in case.version.definition.stages]
