"""E-mails about the state of a problem report, to the person who reported it and to its followers."""

from django.urls import reverse
from django.utils import translation

from eservices.cases.emails import queue_letter_to_applicant
from eservices.cases.models import Case
from eservices.deliveries.actions import queue_email
from eservices.deliveries.models import Delivery
from home.links.page_links import absolute_url

from .models import ProblemReport, ReportFollower
from .states import ENDS

TEMPLATE = "reports/emails/told"


def send_update_to_reporter(report: ProblemReport, case: Case, word: str) -> Delivery | None:
    """Send the state and the agent's text to the person who reported it."""
    with translation.override(case.language):
        state = report.get_state_display()
    return queue_letter_to_applicant(case, TEMPLATE, report=report, state=state, word=word.strip())


def send_update_to_follower(report: ProblemReport, case: Case, follower: ReportFollower) -> Delivery:
    """Send the state to a follower, with a link to unsubscribe if more e-mails may follow."""
    state = report.shown_state
    with translation.override(follower.language):
        context = {
            "case": case,
            "report": report,
            "state": state.label,
            "url": absolute_url(reverse("reports:report", args=[report.pk])),
            "stop_url": ""
            if state in ENDS
            else absolute_url(reverse("reports:stop", args=[follower.secret])),
        }
    return queue_email(
        to=follower.email,
        template=TEMPLATE,
        context=context,
        language=follower.language,
        subject=case.subject,
    )
