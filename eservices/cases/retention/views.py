"""Views of due cases, approved disposals and legal holds. Each calls one action."""

from functools import partial

from django import forms
from django.db.models import Count, Q
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from home.admin.action_views import ActionFormMixin, action_view

from .. import access as cases
from . import access, actions, due_cases
from .disposal_approval import MAX_CASES, approve_disposal

MAX_DISPOSALS_SHOWN = 50  # most disposals in the overview


class ApproveForm(forms.Form):
    """The authority that approves a list, and its approved cases."""

    authority = forms.CharField(
        label=gettext_lazy("Approved in the name of"),
        max_length=120,
        error_messages={"required": gettext_lazy("Enter in whose name you approve.")},
    )


class RetentionView(WagtailAdminTemplateMixin, TemplateView):
    """A page for users who may approve disposals; 404 for others."""

    header_icon = "history"
    page_title = gettext_lazy("Retention")
    index_url_name = "retention:index"

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.page_title}]

    def dispatch(self, request, *args, **kwargs):
        if not access.may_approve_disposal(request.user):
            raise Http404
        return super().dispatch(request, *args, **kwargs)


class RetentionOverview(RetentionView):
    """Due cases by service, and earlier disposals."""

    template_name = "cases/retention/index.html"

    def get_context_data(self, **kwargs):
        counted = {
            "size": Count("items"),
            "done": Count("items", Q(items__done_at__isnull=False)),
            "spared": Count("items", Q(items__done_at=None, items__due_at=None)),
        }
        disposals = access.disposals_for(self.request.user).annotate(**counted)[:MAX_DISPOSALS_SHOWN]
        versions = due_cases.versions_in_force()
        return super().get_context_data(
            due=sorted(
                (
                    {"found": one, "size": one.cases.count(), "oldest": one.cases.first()}
                    for one in due_cases.due_by_service(timezone.now())
                ),
                key=lambda row: row["found"].service.casefold(),
            ),
            disposals=[(one, _title(versions.get(one.form_id))) for one in disposals],
            forever=sorted(
                _title(one)
                for one in versions.values()
                if due_cases.parse_rule(one.definition.settings) is None
            ),
            **kwargs,
        )


class DueCasesView(ActionFormMixin, RetentionView):
    """The due cases of one service. POST approves the ticked ones."""

    template_name = "cases/retention/due.html"

    def get(self, request, slug):
        self.due = access.due_cases_for(request.user, slug)
        return self.show_again(ApproveForm(), 200)

    def post(self, request, slug):
        self.due = access.due_cases_for(request.user, slug)
        chosen = [one for one in request.POST.getlist("cases")[:MAX_CASES] if "\0" not in one]
        return self.perform(
            ApproveForm(request.POST),
            action=partial(approve_disposal, actor=request.user, due=self.due, references=chosen),
            done=_approved,
            back=lambda disposal: reverse("retention:disposal", args=[disposal.pk]),
        )

    def show_again(self, form: ApproveForm, status: int):
        due = self.due
        ticked = form.data.getlist("cases") if form.is_bound else None
        listed = list(due.cases.only("reference", "outcome", "closed_at", "submission_id")[:MAX_CASES])
        rows = [
            {
                "case": case,
                "until": due.rule.due(case.closed_at),
                "ticked": ticked is None or case.reference in ticked,
            }
            for case in listed
        ]
        context = self.get_context_data(due=due, form=form, rows=rows, total=due.cases.count())
        return self.render_to_response(context, status=status)


class DisposalView(RetentionView):
    """An approved disposal: who approved which cases, and the state of each."""

    template_name = "cases/retention/disposal.html"

    def get_context_data(self, pk, **kwargs):
        disposal = access.disposal_for(self.request.user, pk)
        version = due_cases.versions_in_force().get(disposal.form_id)
        return super().get_context_data(
            disposal=disposal,
            service=_title(version),
            items=disposal.items.select_related("case"),
            **kwargs,
        )


# -- Legal holds ---------------------------------------------------------------------------------------------
@action_view("cases:case", "reference")
def place_hold(request, reference) -> str:
    """Place a legal hold on a case."""
    case = cases.case_for(request.user, reference, "hold")
    actions.place_hold(actor=request.user, case=case, reason=request.POST.get("reason", "").replace("\0", ""))
    return _("The case cannot be erased until the legal hold is lifted.")


@action_view("cases:case", "reference")
def release_hold(request, reference, pk) -> str:
    """Lift a legal hold."""
    case, found = access.hold_for(request.user, reference, pk)
    actions.release_hold(actor=request.user, case=case, hold=found)
    return _("The hold is lifted.")


def _approved(disposal) -> str:
    size = disposal.items.count()
    return ngettext("%(n)s case is being processed.", "%(n)s cases are being processed.", size) % {"n": size}


def _title(version) -> str:
    return version.definition.title(get_language()) if version else "–"
