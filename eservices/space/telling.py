"""How an applicant is told of news, beside the e-mail."""

from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from eservices.cases import actions
from eservices.cases.actions import IllegalTransition

from .doors import Door
from .views import done, show_case, through_a_door


@require_POST
def change_sms(request, door: Door):
    """An SMS whenever we write, or none any more."""
    wanted = bool(request.POST.get("wanted"))
    try:
        actions.choose_sms(actor=door.actor, case=door.case, wanted=wanted)
    except IllegalTransition as refusal:
        return show_case(request, door, fault=str(refusal))
    return done(request, door, _("You also get an SMS now.") if wanted else _("You get no SMS any more."))


status_sms, case_sms = through_a_door(change_sms)
