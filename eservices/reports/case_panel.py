"""The problem report on its case page."""

from eservices.accounts.models import User
from eservices.cases import access as cases
from eservices.cases.extension_points import Panel
from eservices.cases.models import Case
from home.maps import town_map_settings

from . import form_definition
from .forms import ReportUpdateForm
from .models import ProblemReport


def report_panel(case: Case, user: User) -> Panel | None:
    """Return the state, the public part and the form that updates both; None for other cases."""
    if case.form_id != form_definition.KEY:
        return None
    report = ProblemReport.objects.filter(case=case).select_related("photo").first()
    if report is None or report.erased_at:
        return None
    report.case = case
    return Panel(
        "report",
        "reports/case_panel.html",
        {
            "report": report,
            "map": town_map_settings() if report.point else None,
            "followers": report.followers.count(),
            "form": ReportUpdateForm(report=report) if cases.may_do(user, case, "message") else None,
        },
    )
