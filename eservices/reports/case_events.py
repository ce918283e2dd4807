"""What the timeline calls the events of reports."""

from django.utils.translation import gettext_lazy as _

from eservices.cases.case_events import case_events

case_events.register("report_told")(_("How the reported problem stands"))
