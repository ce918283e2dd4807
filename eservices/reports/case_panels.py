"""The report on the screen of its case."""

from eservices.accounts.models import User
from eservices.cases import access as cases
from eservices.cases.case_panels import case_panels
from eservices.cases.models import Case
from home.maps import town_map

from . import definition
from .forms import TellForm
from .models import Report


@case_panels.register("report")
def report_panel(case: Case, user: User) -> tuple[str, dict] | None:
    """How it stands, what everybody sees of it, and the form that changes both."""
    if case.form_id != definition.KEY:
        return None
    report = Report.objects.filter(case=case).select_related("photo").first()
    if report is None or report.erased_at:
        return None
    report.case = case
    return "reports/case_panel.html", {
        "report": report,
        "map": town_map() if report.point else None,
        "followers": report.followers.count(),
        "form": TellForm(report=report) if cases.may(user, case, "message") else None,
    }
