"""Rehearsals: an editor tests a service from the first question to the last message, without effects on others."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_POST, require_safe

from eservices.cases import actions as cases
from eservices.cases import audit_log, process, timeline
from eservices.cases.desk import badges
from eservices.cases.desk.case import page
from eservices.cases.desk.case_queue import queries
from eservices.cases.emails import displayed_status_url
from eservices.cases.export.answers import answer_rows
from eservices.cases.forms import AcceptForm, RefuseForm, acceptance_forms_for, collect_statements
from eservices.cases.models import REHEARSAL_DAYS, Case
from eservices.cases.workflow.progress import current_stage
from eservices.deliveries.models import Delivery
from eservices.deliveries.views import LETTER_CSP
from eservices.submissions.models import Draft
from home.admin.action_views import refusal_as_message

from .. import actions
from ..access import service_for
from ..definition.linter import publication_errors
from ..models import ServicePage
from ..service_admin import ServiceAdminView


# -- Access --------------------------------------------------------------------------------------------------
def rehearsals_of(page: ServicePage):
    """Return the rehearsed cases of a service, newest first.

    Each user who may edit the page may act on them like an agent.
    """
    return Case.objects.rehearsed().filter(form=page.translation_key).order_by("-opened_at")


def rehearsal_of(page: ServicePage, reference: str) -> Case:
    """Return a rehearsed case of the service. Raise Http404 otherwise, above all for real cases."""
    found = rehearsals_of(page).select_related("submission__draft", "version", "form", "team", "assignee")
    case = found.filter(reference=reference).first()
    if case is None:
        raise Http404
    return case


def drafts_of_editor(page: ServicePage, user):
    """Return the rehearsal drafts of this editor that are not sent."""
    drafts = Draft.objects.rehearsed().filter(version__form=page.translation_key, user=user)
    return drafts.filter(submission=None, forgotten_at=None).select_related("version")


def letters_of(case: Case):
    """Return the deliveries of a rehearsed case and its draft, which would be sent for a real one."""
    subjects = [case.subject, *([case.submission.draft.subject] if case.submission.draft else [])]
    return Delivery.objects.filter(subject__in=subjects, rehearsal=True).order_by("created_at")


# -- All rehearsals of a service -----------------------------------------------------------------------------
class RehearsalView(ServiceAdminView):
    """View that starts a rehearsal of the draft and lists existing ones."""

    tab = "rehearsal"
    template_name = "catalogue/rehearsal/list.html"

    def post(self, request):
        language = request.POST.get("language", "")
        if language not in dict(settings.LANGUAGES):
            raise Http404
        try:
            draft = actions.start_rehearsal(actor=request.user, page=self.page, language=language)
        except ValidationError as refusal:
            messages.error(request, " · ".join(refusal.messages))
            return redirect("services:rehearsal", self.page.pk)
        return redirect(resume_url(draft))

    def get_context_data(self, **kwargs):
        languages = [(code, name) for code, name in settings.LANGUAGES if code in self.draft["texts"]]
        found = queries.with_row_data(rehearsals_of(self.page))
        return super().get_context_data(
            faults=publication_errors(self.draft),
            languages=languages,
            language=self.page.locale.language_code,
            cases=[(case, badges.status_badge(case, queries.stage_of(case))) for case in found],
            begun=[(draft, resume_url(draft)) for draft in drafts_of_editor(self.page, self.request.user)],
            days=REHEARSAL_DAYS,
            **kwargs,
        )


def resume_url(draft: Draft) -> str:
    """Return the URL to continue the form, in the language of the draft."""
    with override(draft.language):
        return reverse("submissions:resume", args=[draft.secret])


@require_POST
def discard_rehearsals(request, pk):
    """Discard all rehearsals of the service."""
    page = service_for(request.user, pk)
    actions.discard_rehearsals(actor=request.user, page=page)
    messages.success(request, _("All rehearsals of this service are deleted."))
    return redirect("services:rehearsal", page.pk)


# -- One rehearsal -------------------------------------------------------------------------------------------
FORMS = {"accept": AcceptForm, "refuse": RefuseForm}
REHEARSAL_ACTIONS = {
    "accept": lambda user, case, said: cases.accept_case(actor=user, case=case, **said),
    "refuse": lambda user, case, said: cases.refuse_case(actor=user, case=case, **said),
    "skip": lambda user, case, said: process.skip_wait(actor=user, case=case),
    "discard": lambda user, case, said: cases.discard_rehearsal(actor=user, case=case),
}


class RehearsedCaseView(ServiceAdminView):
    """View of a rehearsed case: stages, messages and actions of agents. POST performs one action."""

    tab = "rehearsal"
    template_name = "catalogue/rehearsal/case.html"

    def dispatch(self, request, pk, reference, do=""):
        self.reference, self.do, self.typed = reference, do, None
        return super().dispatch(request, pk)

    def get(self, request):
        self.case = rehearsal_of(self.page, self.reference)
        return self.render_to_response(self.get_context_data())

    def post(self, request):
        if self.do not in REHEARSAL_ACTIONS:
            raise Http404
        self.case = rehearsal_of(self.page, self.reference)
        said = self._said(request.POST)
        if said is None:
            self.typed = request.POST
            return self.render_to_response(self.get_context_data(), status=422)
        with refusal_as_message(request):
            REHEARSAL_ACTIONS[self.do](request.user, self.case, said)
        if self.do == "discard":
            return redirect("services:rehearsal", self.page.pk)
        return redirect("services:rehearsed", self.page.pk, self.reference)

    def _said(self, data) -> dict | None:
        """Return the cleaned data of the action's forms; None if a form is invalid."""
        form = FORMS[self.do](data, auto_id=f"{self.do}_%s") if self.do in FORMS else None
        extra = acceptance_forms_for(self.case, data) if self.do == "accept" else {}
        if not all(one.is_valid() for one in [form, *extra.values()] if one):
            return None
        said = form.cleaned_data if form else {}
        return said | ({"details": collect_statements(extra)} if self.do == "accept" else {})

    def get_breadcrumbs_items(self):
        *items, _here = super().get_breadcrumbs_items()
        return [
            *items,
            {"url": reverse("services:rehearsal", args=[self.page.pk]), "label": super().get_page_title()},
            {"url": "", "label": self.case.reference},
        ]

    def get_page_title(self):
        return self.case.reference

    def get_context_data(self, **kwargs):
        case = self.case
        decides = cases.can_decide(case) and case.is_open
        return super().get_context_data(
            case=case,
            sign=badges.status_badge(case, current_stage(case)),
            situation=page.describe_situation(case),
            sections=answer_rows(case, list(case.submission.files.all())),
            track=page.stage_steps(case),
            timeline=timeline.timeline_items(case),
            letters=letters_of(case),
            status_url=displayed_status_url(case),
            forms={do: self._form(do) for do in FORMS} if decides else {},
            extra=acceptance_forms_for(case, self.typed if self.do == "accept" else None) if decides else {},
            failed=self.do if self.typed is not None else "",
            skippable=process.skippable_wait(case) if case.is_open else None,
            **kwargs,
        )

    def _form(self, do: str):
        typed = self.typed if self.do == do else None
        starts = {"seen": audit_log.last_relevant_event(self.case)}
        return FORMS[do](typed, auto_id=f"{do}_%s", initial=starts)


@require_safe
@csp_override(LETTER_CSP)
def show_letter(request, pk, reference, letter):
    """Return a message of a rehearsed case as HTML."""
    case = rehearsal_of(service_for(request.user, pk), reference)
    found = letters_of(case).filter(pk=letter).first()
    if found is None:
        raise Http404
    return HttpResponse(found.payload.get("html", ""))
