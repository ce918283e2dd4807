"""Appealable decisions on the status page: opening one, and the consent to electronic notification."""

from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from eservices.cases.actions import IllegalTransition
from eservices.cases.actions.decision_notification import consent
from eservices.cases.appealable_decisions import actions

from . import access
from .case_access import CaseAccess
from .decision_context import CONSENT_TEXT
from .views import case_view, redirect_with_message, show_case


@require_POST
def open_decision(request, door: CaseAccess, decision_id):
    """Open an electronic decision, which notifies it.

    Only an access that proves the address can do so, because opening has legal effect.
    """
    decision = access.decision_of(door.case, decision_id)
    if not door.proves_address:
        return show_case(request, door, fault=_("Open it by the link in our e-mail, or signed in."))
    actions.open_decision(actor=door.actor, case=door.case, decision=decision)
    return redirect(f"{door.url}#decisions")


@require_POST
def change_consent(request, door: CaseAccess):
    """Give or revoke the consent to decisions by e-mail, with immediate effect."""
    if not request.POST.get("agree"):
        consent.revoke_consent(actor=door.actor, case=door.case)
        return redirect_with_message(request, door, _("You now receive decisions on this request by post."))
    if not door.proves_address:
        return show_case(request, door, fault=_("Agree by the link in our e-mail, or signed in."))
    try:
        consent.give_consent(actor=door.actor, case=door.case, shown=CONSENT_TEXT)
    except IllegalTransition as refusal:
        return show_case(request, door, fault=str(refusal))
    return redirect_with_message(request, door, _("You now receive decisions on this request by e-mail."))


status_decision, case_decision = case_view(open_decision)
status_consent, case_consent = case_view(change_consent)
