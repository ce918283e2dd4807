"""By when a case is answered, as whoever asked reads it on the receipt. Reads only."""

from datetime import datetime

from .models import Case
from .stages import stages


def is_at_once(case: Case) -> bool:
    """Whether all that happens with it happens by itself in a moment, as when a time that is free is confirmed."""
    kinds = [stages.get(spec.type) for spec in case.version.definition.stages]
    return bool(kinds) and all(kind and kind.at_once for kind in kinds)


def answered_by(case: Case) -> datetime | None:
    """The day that is promised; None where none was set, the answer is on its way, or it is there."""
    return None if case.closed_at or is_at_once(case) else case.deadline
