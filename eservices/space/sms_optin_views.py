"""The applicant's choice of SMS in addition to e-mails."""

from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from eservices.cases import actions
from eservices.cases.actions import IllegalTransition

from .case_access import CaseAccess
from .views import case_view, redirect_with_message, show_case


@require_POST
def change_sms(request, door: CaseAccess):
    """Turn SMS about this case on or off."""
    wanted = bool(request.POST.get("wanted"))
    try:
        actions.set_sms_preference(actor=door.actor, case=door.case, wanted=wanted)
    except IllegalTransition as refusal:
        return show_case(request, door, fault=str(refusal))
    return redirect_with_message(
        request, door, _("You also get an SMS now.") if wanted else _("You get no SMS any more.")
    )


status_sms, case_sms = case_view(change_sms)
