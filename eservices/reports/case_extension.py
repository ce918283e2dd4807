"""The part of problem reports in cases."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from eservices.accounts.models import User
from eservices.cases.extension_points import CaseExtension, Panel
from eservices.cases.models import Case

from .case_panel import report_panel
from .case_titles import report_titles

EVENT_LABELS = {
    "report_told": _("State of the reported problem"),
}


class ReportCaseExtension(CaseExtension):
    """Problem reports: the titles of their cases, which have no applicant, and their panel."""

    def event_labels(self) -> Mapping[str, str | Promise]:
        return EVENT_LABELS

    def titles(self, cases: Sequence[Case]) -> Mapping[UUID, str]:
        return report_titles(cases)

    def panels(self, case: Case, user: User) -> Iterator[Panel]:
        if panel := report_panel(case, user):
            yield panel
