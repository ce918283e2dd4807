"""Actions on several cases of the queue at once.

Each case is a separate action: failures are listed, the other cases are processed. Before a decision a page shows all
cases that it affects.
"""

from collections import defaultdict
from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_POST

from ... import access, actions, audit_log
from ...actions import IllegalTransition
from ...stages.decision import acceptance_warning
from ..base import AgentDeskView, agents_only, back_to_queue
from . import queries
from .bulk_rules import bulk_decision_obstacle
from .forms import BulkAssignForm, BulkDecisionForm, BulkForm, BulkTagForm, ticked_references

DECISIONS = {BulkDecisionForm.ACCEPT: actions.accept_case, BulkDecisionForm.REFUSE: actions.refuse_case}


@require_POST
@agents_only
def assign_several(request):
    """Assign several cases to one agent, or to nobody."""
    form = BulkAssignForm(request.POST, teams=list(access.teams_of(request.user)))
    if not form.is_valid():
        return _incomplete(request, _("Choose cases and an agent."))
    agent = form.cleaned_data["agent"]
    if agent:
        message = ngettext_lazy("%(n)s case is assigned.", "%(n)s cases are assigned.", "n")
    else:
        message = ngettext_lazy(
            "Nobody is assigned to %(n)s case now.", "Nobody is assigned to %(n)s cases now.", "n"
        )
    return _run_on_each(
        request, "assign", form.references, partial(actions.assign_case, agent=agent), message
    )


@require_POST
@agents_only
def tag_several(request):
    """Add one tag to several cases."""
    form = BulkTagForm(request.POST)
    if not form.is_valid():
        return _incomplete(request, _("Choose cases and write a tag."))
    message = ngettext_lazy("%(n)s case has the tag.", "%(n)s cases have the tag.", "n")
    return _run_on_each(
        request, "tag", form.references, partial(actions.add_tag, name=form.cleaned_data["name"]), message
    )


@require_POST
@agents_only
def remind_several(request):
    """Send the last question again to applicants who have not answered."""
    form = BulkForm(request.POST)
    if not form.is_valid():
        return _incomplete(request, _("Choose cases first."))
    message = ngettext_lazy("%(n)s applicant is reminded.", "%(n)s applicants are reminded.", "n")
    return _run_on_each(request, "remind", form.references, actions.remind_applicant, message)


class BulkDecisionView(AgentDeskView):
    """The list of the cases to be decided, and of those that cannot be. Decides them after confirmation."""

    http_method_names = ["post"]
    template_name = "cases/desk/case_queue/bulk_decision.html"
    page_title = gettext_lazy("Decide several cases")

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": "", "label": str(self.page_title)}]

    def post(self, request):
        self.references = ticked_references(request.POST)
        if not self.references:
            return _incomplete(request, _("Choose cases first."))
        self.form = BulkDecisionForm(request.POST if "confirmed" in request.POST else None)
        if self.form.is_valid():
            return self._decide(**self.form.cleaned_data)
        return self.render_to_response(self.get_context_data(), status=422 if self.form.is_bound else 200)

    def _decide(self, decision: str, reason: str):
        seen = self.form.seen

        def decide(*, actor, case):
            why_not = (
                bulk_decision_obstacle(case)
                if case.reference in seen
                else _("This case was not on the page.")
            )
            if decision == BulkDecisionForm.ACCEPT:
                why_not = why_not or acceptance_warning(case)
            if why_not:
                raise IllegalTransition(why_not)
            DECISIONS[decision](actor=actor, case=case, reason=reason, seen=seen[case.reference])

        message = ngettext_lazy("%(n)s case is decided.", "%(n)s cases are decided.", "n")
        return _run_on_each(self.request, decision, self.references, decide, message)

    def get_context_data(self, **kwargs):
        found = defaultdict(list)
        for case in _selected_cases(self.request, "accept", self.references):
            found[bulk_decision_obstacle(case)].append(case)
        ready = found.pop("", [])
        seen, titles = (
            audit_log.last_relevant_events(ready),
            queries.service_titles({case.form_id for case in ready}),
        )
        return super().get_context_data(
            form=self.form,
            ready=[(case, titles.get(str(case.form_id), ""), seen[case.pk]) for case in ready],
            refused=found.items(),
            back=back_to_queue(self.request),
            **kwargs,
        )


# -- Shared --------------------------------------------------------------------------------------------------
def _selected_cases(request, to: str, references: list[str]):
    """Return the ticked cases on which the agent may do ``to``, the most urgent first."""
    cases = access.cases_for(request.user, to).filter(reference__in=references)
    related = ("submission", "version", "form", "team", "assignee")
    return cases.select_related(*related).prefetch_related("stages", "persons").by_urgency()


def _run_on_each(request, to: str, references: list[str], action: Callable, success_message: Promise):
    """Perform the action on each case, show how many succeeded and why others failed, and redirect back."""
    done, refused = 0, defaultdict(list)
    for case in _selected_cases(request, to, references):
        try:
            action(actor=request.user, case=case)
            done += 1
        except IllegalTransition as refusal:
            refused[str(refusal)].append(case.reference)
    for reason, left in refused.items():
        # Translators: why something was not done to these among several cases.
        messages.error(request, _("%(cases)s: %(reason)s") % {"cases": ", ".join(left), "reason": reason})
    if done:
        messages.success(request, success_message % {"n": done})
    return redirect(back_to_queue(request))


def _incomplete(request, why: str):
    """Show what is missing, and redirect to the list with the same cases ticked."""
    messages.error(request, why)
    address, references = back_to_queue(request), ticked_references(request.POST)
    ticks = urlencode({"cases": references}, doseq=True)
    return redirect(f"{address}{'&' if '?' in address else '?'}{ticks}" if ticks else address)
