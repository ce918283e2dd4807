"""The stage in which a reported problem is mended."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from eservices.cases.stages import AGENT, Done, Stage, Waiting, stages

from .models import ProblemReport
from .states import ENDS


@stages.register("report")
class ProblemReportStage(Stage):
    """A stage that waits until an agent reports the problem as mended or not the commune's. Only for reports."""

    key = "report"
    label = _("Treats problem reports")
    icon = "cog"
    for_editors = False
    agent_template = "reports/stages/report_agent.html"

    def enter(self, case, row, settings):
        report = ProblemReport.objects.filter(case=case).first()
        return Waiting(AGENT) if report and report.state not in ENDS else Done()

    def waiting_reason(self, case, row, settings):
        return gettext(
            "Look at the place, then update the state: the people who reported or follow the problem "
            "are notified."
        )
