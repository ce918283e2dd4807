"""By when a case is answered, as whoever asked reads it on the receipt. Reads only."""

from datetime import datetime

from .models import Case
from .stages import Stage, stages


def is_immediate(case: Case) -> bool:
    """Whether all that happens with it happens by itself in a moment, as when a time that is free is confirmed."""
    kinds = _kinds(case)
    return bool(kinds) and all(kind and kind.at_once for kind in kinds)


def waits_for_payment_first(case: Case) -> bool:
    """Whether nothing happens with it before what it costs is paid."""
    kinds = _kinds(case)
    return bool(kinds and kinds[0] and kinds[0].collects and case.submission.fees_total)


def promised_date(case: Case) -> datetime | None:
    """The day that is promised; None where none was set, it is there or on its way, or the payer's turn."""
    no_day = case.closed_at or is_immediate(case) or waits_for_payment_first(case)
    return None if no_day else case.deadline


def _kinds(case: Case) -> list[type[Stage] | None]:
    """The stages that its service lays, known without a query; None for one whose app is gone."""
    return [stages.get(spec.type) for spec in case.version.definition.stages]
