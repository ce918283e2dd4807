"""The stage that makes a booking definite: laid before a decision at once, laid after it once it is decided."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from eservices.cases import emails
from eservices.cases.actors import SYSTEM
from eservices.cases.models import Case
from eservices.cases.stages import Done, Stage, stages
from eservices.cases.workflow.progress import stages_ahead
from eservices.formbuilder.definition import FormDefinition

from . import actions
from .models import Booking
from .states import TAKING


def all_bookings_cancelled(case: Case) -> bool:
    """Whether times were booked with a request, and none of them stands any more."""
    states = set(Booking.objects.filter(submission=case.submission_id).values_list("state", flat=True))
    return bool(states) and not states & TAKING


def reveals_access_codes(definition: FormDefinition) -> bool:
    """Whether the letter that says “confirmed” tells how one gets in: see ``emails``, which asks the case."""
    kinds = [stages[spec.type] for spec in definition.stages]
    return BookingStage in kinds or not any(kind.collects or kind.decides for kind in kinds)


def may_stay_provisional(definition: FormDefinition, asked_if: dict | None) -> bool:
    """Whether a request can end well without the stage that confirms what was booked in a question so conditional."""
    conditions = [spec.condition for spec in definition.stages if stages[spec.type] is BookingStage]
    return bool(conditions) and None not in conditions and asked_if not in conditions


@stages.register("booking")
class BookingStage(Stage):
    """What was asked for is confirmed, in a letter with its times as iCalendar."""

    key = "booking"
    label = gettext_lazy("Booking")
    icon = "date"
    at_once = True

    def block(self):
        return blocks.StructBlock([], icon=self.icon, label=self.label)

    def tells_acceptance(self, settings):
        return True

    def objection(self, case, settings):
        if not all_bookings_cancelled(case):
            return ""
        return _(
            "Nothing that was booked stands any more: refuse the request, or note that the applicant withdraws it. Who "
            "accepts it all the same, for something else that it asks, tells the applicant so."
        )

    def enter(self, case, row, settings):
        confirmed = actions.confirm_requested_bookings(actor=SYSTEM, submission=case.submission)
        acceptance = emails.acceptance_context(case, row)
        actions.send_confirmation(actor=SYSTEM, case=case, bookings=confirmed, **acceptance)
        if acceptance and not confirmed and (case.reason or not all_bookings_cancelled(case)):
            emails.send_acceptance(case, stages_ahead(case)[1:])
        return Done({"bookings": len(confirmed)})
