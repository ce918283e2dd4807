"""Printed receipt for the applicant at the counter: reference, answers, status link.

On request it contains a code that joins the case to the applicant's account later.
"""

import segno
from django.utils import timezone, translation
from django.utils.safestring import mark_safe

from eservices.formbuilder.field_types import answer_text_unless_secret
from eservices.formbuilder.summary import summarize_answers

from ... import access, actions, emails
from ...models.callbacks import JOIN_DAYS
from ...workflow.enclosures_and_persons import missing_enclosure_labels
from ...workflow.progress import stage_titles, stages_ahead
from ...workflow.promised_date import promised_date
from .views import CaseScreen


class ReceiptView(CaseScreen):
    """The receipt in the language of the case.

    POST adds a new join code, which is shown only this once.
    """

    template_name = "cases/desk/case/receipt.html"

    def get(self, request, reference):
        self.case = access.receipt_for(request.user, reference)
        actions.log_read(actor=request.user, case=self.case)
        return self.render_to_response(self.get_context_data())

    def post(self, request, reference):
        self.case = access.case_for(request.user, reference, "join_code")
        code = actions.issue_join_code(actor=request.user, case=self.case)
        response = self.render_to_response(self.get_context_data(code=code))
        response["Cache-Control"] = "private, no-store"
        return response

    def get_context_data(self, **kwargs):
        case, url = self.case, emails.displayed_status_url(self.case)
        with translation.override(case.language):
            steps = stage_titles(stages_ahead(case))
        return super().get_context_data(
            case=case,
            submission=case.submission,
            url=url,
            qr=_qr(url) if url else "",
            steps=steps,
            missing=missing_enclosure_labels(case),
            answered_by=promised_date(case),
            sections=_declared_answers(case),
            code_days=JOIN_DAYS,
            may_open=access.may_do(self.request.user, case, "read"),
            may_give_code=case.owner_id is None
            and case.submission.user_id is None
            and access.may_do(self.request.user, case, "join_code"),
            **kwargs,
        )


def _declared_answers(case):
    """Return the answers as sent, in the language of the case. Secret answers are only marked as given."""
    sent = case.submission
    found = summarize_answers(
        case.version.definition,
        sent.answers,
        case.language,
        timezone.localdate(sent.sent_at),
        words=answer_text_unless_secret,
    )
    return [(one.title, [row for row in one.rows if row.value]) for one in found]


def _qr(url: str) -> str:
    return mark_safe(segno.make(url, error="m").svg_inline(omitsize=True, border=0, dark="#1d1b18"))
