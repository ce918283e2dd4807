"""Booking stage, which confirms bookings: at once if placed before a decision, else after the decision."""

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
    """Return whether the submission has bookings and none of them takes time any more."""
    states = set(Booking.objects.filter(submission=case.submission_id).values_list("state", flat=True))
    return bool(states) and not states & TAKING


def reveals_access_codes(definition: FormDefinition) -> bool:
    """Return whether the confirmation contains the access codes.

    This is for the definition; ``emails`` checks the same for a case.
    """
    kinds = [stages[spec.type] for spec in definition.stages]
    return BookingStage in kinds or not any(kind.collects or kind.decides for kind in kinds)


def may_stay_provisional(definition: FormDefinition, asked_if: dict | None) -> bool:
    """Return whether a case can be completed without the stage that confirms its bookings.

    ``asked_if``: the condition of the booking question.
    """
    conditions = [spec.condition for spec in definition.stages if stages[spec.type] is BookingStage]
    return bool(conditions) and None not in conditions and asked_if not in conditions


@stages.register("booking")
class BookingStage(Stage):
    """Stage that confirms the requested bookings in a message with its times as iCalendar."""

    key = "booking"
    label = gettext_lazy("Booking")
    icon = "date"
    at_once = True

    def settings_block(self):
        return blocks.StructBlock([], icon=self.icon, label=self.label)

    def announces_acceptance(self, settings):
        return True

    def objection(self, case, settings):
        if not all_bookings_cancelled(case):
            return ""
        return _(
            "All bookings of this request are cancelled. Refuse it, or record that the applicant "
            "withdrew it. If you accept it for another reason, tell the applicant."
        )

    def enter(self, case, row, settings):
        confirmed = actions.confirm_requested_bookings(actor=SYSTEM, submission=case.submission)
        acceptance = emails.acceptance_context(case, row)
        actions.send_confirmation(actor=SYSTEM, case=case, bookings=confirmed, **acceptance)
        if acceptance and not confirmed and (case.reason or not all_bookings_cancelled(case)):
            emails.send_acceptance(case, stages_ahead(case)[1:])
        return Done({"bookings": len(confirmed)})
