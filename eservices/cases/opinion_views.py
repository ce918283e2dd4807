"""The page on which a consulted office reads the case and gives its opinion, by its private link."""

from django.shortcuts import redirect
from django.utils.csp import CSP
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_GET
from django.views.generic import TemplateView

from eservices.formbuilder.field_types import answer_text_unless_secret
from eservices.submissions.file_responses import attachment_response

from . import access, actions
from .actors import ConsultedOffice
from .exceptions import IllegalTransition
from .export.answers import answer_rows
from .models import Case
from .stages import current_settings
from .stages.opinions import OpinionForm, OpinionsStage


@method_decorator(cache_control(private=True, no_store=True), name="dispatch")
class OpinionView(TemplateView):
    """The question to the office and the answers of the case. POST gives the opinion, once.

    Of a case with a protected address no answers are shown: the address may also occur in a free text, a plan or a
    list of streets.
    """

    template_name = "cases/opinion.html"

    def dispatch(self, request, *args, secret, **kwargs):
        self.opinion = access.opinion_by_secret(secret)
        self.actor = ConsultedOffice(self.opinion.name)
        response = super().dispatch(request, *args, **kwargs)
        response["Referrer-Policy"] = "strict-origin"
        response["X-Robots-Tag"] = "noindex"
        return response

    def get(self, request):
        if self.opinion.is_open:
            actions.log_opinion_page_opened(actor=self.actor, opinion=self.opinion)
        return self._show()

    def post(self, request):
        form = OpinionForm(request.POST)
        if not form.is_valid():
            return self._show(form, status=422)
        try:
            actions.give_opinion(actor=self.actor, opinion=self.opinion, **form.cleaned_data)
        except IllegalTransition as refusal:
            return self._show(form, str(refusal), status=409)
        return redirect(request.path)

    def _show(self, form=None, fault: str = "", status: int = 200):
        self.opinion.refresh_from_db()
        case, row = self.opinion.stage.case, self.opinion.stage
        context = {"opinion": self.opinion, "case": case, "fault": fault, "form": form or OpinionForm()}
        context["service"] = case.version.definition.title(get_language() or case.language)
        if self.opinion.is_open:
            words = OpinionsStage().localized_setting(
                case, row, current_settings(row), "text", get_language() or ""
            )
            context |= {"asked": words, "sections": [] if case.protected else _declared(case)}
        return self.render_to_response(self.get_context_data(**context), status=status)


def _declared(case: Case):
    """Return the answers without secret ones."""
    sections = answer_rows(case, list(access.files_of(case)), words=answer_text_unless_secret)
    return [(title, [answer for answer in answers if not answer.secret]) for title, answers in sections]


@require_GET
@csp_override({"default-src": [CSP.NONE], "sandbox": True})
def download_file_for_opinion(request, secret, file_id):
    """Return a file of the case as a download, and log the reading."""
    opinion = access.opinion_by_secret(secret)
    found = access.file_by_opinion(opinion, file_id)
    actions.log_read(actor=ConsultedOffice(opinion.name), case=opinion.stage.case, file=found)
    return attachment_response(found)
