"""The stage that makes a booking definite: laid before a decision at once, laid after it once it is decided."""

from django.utils.translation import gettext_lazy
from wagtail import blocks

from eservices.cases import trace
from eservices.cases.actors import SYSTEM
from eservices.cases.stages import Done, Stage, stages

from . import actions, emails
from .models import Booking
from .states import State


@stages.register("booking")
class BookingStage(Stage):
    """What was asked for is confirmed, in a letter with its times as iCalendar."""

    key = "booking"
    label = gettext_lazy("Booking")
    icon = "date"
    tells_acceptance = True

    def block(self):
        return blocks.StructBlock([], icon=self.icon, label=self.label)

    def enter(self, case, row, settings):
        asked = Booking.objects.of_submission(case.submission).filter(state=State.PROVISIONAL)
        confirmed = [actions.confirm(actor=SYSTEM, booking=booking) for booking in asked]
        if confirmed:
            emails.confirmed(case, confirmed)
            trace.record(case, "booking_confirmed", SYSTEM)
        return Done({"bookings": len(confirmed)})
