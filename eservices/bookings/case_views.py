"""Actions of agents on the bookings of a case."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.http import Http404
from django.urls import reverse
from django.utils.csp import CSP
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_GET

from eservices.cases import actions as cases
from eservices.cases.access import case_for
from eservices.cases.desk.base import AgentDeskView
from eservices.submissions.file_responses import attachment_response, inline_image_response
from eservices.submissions.message_attachments import stored_attachments
from home.admin.action_views import ActionFormMixin

from . import access, actions
from .actions.refunds import deposit_paid
from .case_forms import CancelForm, EmptyForm, HandoverForm, ReturnForm
from .models import Booking

SANDBOX = csp_override({"default-src": [CSP.NONE], "sandbox": True})
DISPLAYABLE_TYPES = ("image/jpeg", "image/png", "image/webp")


@dataclass(frozen=True)
class BookingAction:
    """An action on a booking and its form."""

    label: Promise
    action: Callable
    form: type[forms.Form] = EmptyForm


BOOKING_ACTIONS = {
    "cancel": BookingAction(gettext_lazy("Cancel"), actions.cancel_booking, CancelForm),
    "hand_over": BookingAction(gettext_lazy("Hand over"), actions.record_handover, HandoverForm),
    "take_back": BookingAction(gettext_lazy("Take back"), actions.record_return, ReturnForm),
    "miss": BookingAction(gettext_lazy("Nobody came"), actions.record_no_show),
}


class BookingActionView(ActionFormMixin, AgentDeskView):
    """View of one of ``BOOKING_ACTIONS`` on a booking of a case that the agent may write about.

    If the action is refused, the form is shown again with the reason and all its data.
    """

    template_name = "bookings/case/action.html"
    page_title = gettext_lazy("Booking")
    http_method_names = ["post"]

    def post(self, request, reference: str, pk, do: str):
        case = case_for(request.user, reference, "message")
        self.booking, self.do = access.booking_of(case, pk), do
        if do not in BOOKING_ACTIONS:
            raise Http404
        form = action_form(do, case, self.booking, request.POST, request.FILES)

        def act(**data) -> None:
            with stored_attachments(data.pop("photos", [])) as photos:
                given = {"photos": photos} if "photos" in form.fields else {}
                BOOKING_ACTIONS[do].action(actor=request.user, booking=self.booking, **data, **given)

        return self.perform(form, action=act, done=_("Done."), back=reverse("cases:case", args=[reference]))

    def show_again(self, form: forms.Form, status: int):
        about = {
            "reference": self.kwargs["reference"],
            "booking": self.booking,
            "do": self.do,
            "label": BOOKING_ACTIONS[self.do].label,
        }
        return self.render_to_response(self.get_context_data(form=form, **about), status=status)


def action_form(do: str, case, booking: Booking, data=None, files=None) -> forms.Form:
    """Build the form of an action."""
    more = {}
    if do == "take_back":
        more = {"deposit": deposit_paid(case, booking)}
    if do == "cancel":
        more = {"costs": bool(case.submission.fees)}
    return BOOKING_ACTIONS[do].form(data, files, prefix=f"{do}-{booking.pk.hex[:6]}", **more)


@require_GET
@SANDBOX
def inspection_photo(request, reference: str, pk):
    """Return a photo of an inspection, inline if it is an image, else as a download. The reading is logged."""
    case = case_for(request.user, reference)
    found = access.inspection_photo(case, pk)
    cases.log_read(actor=request.user, case=case, file=found)
    return (
        inline_image_response(found)
        if found.content_type in DISPLAYABLE_TYPES
        else attachment_response(found)
    )
