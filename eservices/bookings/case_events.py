from django.utils.translation import gettext_lazy as _

from eservices.cases.case_events import case_events

case_events.register("booking_confirmed")(_("Booking confirmed"))
case_events.register("booking_cancelled")(_("Booking cancelled"))
case_events.register("booking_moved")(_("Booking moved"))
case_events.register("booking_reminded")(_("Reminded of the booking"))
case_events.register("booking_handed_over")(_("Handed over"))
case_events.register("booking_returned")(_("Taken back"))
case_events.register("booking_missed")(_("Nobody came"))
case_events.register("booking_described")(_("What the booking is for was written"))
