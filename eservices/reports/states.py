"""Public states of problem reports, and their transitions as data."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ReportState(TextChoices):
    REPORTED = "reported", _("reported")
    SEEN = "seen", _("seen")
    PLANNED = "planned", _("planned")
    MENDED = "mended", _("mended")
    NOT_OURS = "not_ours", _("not our responsibility")


ENDS = frozenset({ReportState.MENDED, ReportState.NOT_OURS})
FOLLOWING: dict[ReportState, frozenset[ReportState]] = {
    ReportState.REPORTED: frozenset(ReportState),
    ReportState.SEEN: frozenset(ReportState) - {ReportState.REPORTED},
    ReportState.PLANNED: frozenset({ReportState.PLANNED, ReportState.MENDED, ReportState.NOT_OURS}),
    ReportState.MENDED: frozenset({ReportState.MENDED}),
    ReportState.NOT_OURS: frozenset({ReportState.NOT_OURS}),
}
ICONS = {
    ReportState.REPORTED: "s1",
    ReportState.SEEN: "s2",
    ReportState.PLANNED: "clock",
    ReportState.MENDED: "check",
    ReportState.NOT_OURS: "close",
}


def is_allowed(state: str, following: str) -> bool:
    """Return whether ``following`` may follow ``state``. The same state is allowed, for a new date or text."""
    return following in FOLLOWING[ReportState(state)]
