"""Admin view of a proposal: current and proposed values side by side, and the decision."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from home.admin.action_views import refusal_as_message

from . import access, actions, proposal_types
from .models import Proposal
from .states import ProposalState

MAX_TEXT_LENGTH = 2_000


class RefusalForm(forms.Form):
    """The reason of a refusal, which is sent to the person who proposed."""

    reason = forms.CharField(
        label=gettext_lazy("Reason. The person who proposed it reads this"),
        max_length=MAX_TEXT_LENGTH,
        widget=forms.Textarea,
        error_messages={
            "required": gettext_lazy("Explain why, so that the person who proposed it can understand.")
        },
    )


@dataclass(frozen=True)
class ProposedValue:
    """A value, as it is and as it is proposed."""

    label: str
    now: str
    proposed: str
    changed: bool
    meanwhile: bool  # changed by another person since the proposal


def proposed_values(proposal: Proposal) -> list[ProposedValue]:
    """Return the current and proposed values, in the order of the form."""
    kind, language = proposal_types.proposal_type_of(proposal), get_language()
    open_still = proposal.state == ProposalState.WAITING
    now = kind.current(proposal) if open_still else proposal.before
    changed = proposal.changed
    return [
        ProposedValue(
            label=label,
            now=kind.words(name, now.get(name), language),
            proposed=kind.words(name, proposal.data.get(name), language),
            changed=name in changed,
            meanwhile=open_still and not proposal.is_new and now.get(name) != proposal.before.get(name),
        )
        for name, label in kind.labels().items()
        if name in proposal.data
    ]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def decide_proposal(request, pk: int):
    """Show a proposal; accept or refuse it."""
    proposal = access.proposal_for(request.user, pk)
    form = RefusalForm(request.POST if "refuse" in request.POST else None)
    seen = request.POST.get("seen", "")
    accepted = "accept" in request.POST
    if not accepted and not form.is_valid():
        return _page(request, proposal, form, 422 if form.is_bound else 200)
    with refusal_as_message(request):
        if accepted:
            actions.accept_proposal(actor=request.user, proposal=proposal, seen=seen)
            messages.success(request, _("Accepted. The person who proposed it is notified."))
            return redirect("proposal_desk", pk)
        actions.refuse_proposal(actor=request.user, proposal=proposal, seen=seen, **form.cleaned_data)
        messages.success(request, _("Refused. The person who proposed it is told the reason."))
        return redirect("proposals:index")
    return redirect("proposal_desk", pk)


def _page(request, proposal: Proposal, form: RefusalForm, status: int):
    kind = proposal_types.proposal_type_of(proposal)
    sides = proposed_values(proposal)
    public_url = kind.public_url(proposal) if proposal.state == ProposalState.ACCEPTED else ""
    context = {
        "proposal": proposal,
        "changed": [row for row in sides if row.changed or proposal.is_new],
        "same": [row for row in sides if not row.changed and not proposal.is_new],
        "form": form,
        "open": proposal.state == ProposalState.WAITING,
        "desk_url": kind.desk_url(proposal),
        "public_url": public_url,
        "to_publish": proposal.page_id and not public_url,
        "header_title": proposal.title,
        "header_icon": "comment",
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": reverse("proposals:index"), "label": _("Proposals")},
            {"url": "", "label": proposal.title},
        ],
    }
    return TemplateResponse(request, "news/proposals/decide.html", context, status=status)
