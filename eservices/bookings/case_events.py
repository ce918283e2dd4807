from django.utils.translation import gettext_lazy as _

from eservices.cases.event_labels import event_labels

event_labels.register("booking_confirmed")(_("Booking confirmed"))
event_labels.register("booking_cancelled")(_("Booking cancelled"))
event_labels.register("booking_moved")(_("Booking moved"))
event_labels.register("booking_reminded")(_("Reminded of the booking"))
event_labels.register("booking_handed_over")(_("Handed over"))
event_labels.register("booking_returned")(_("Taken back"))
event_labels.register("booking_missed")(_("Nobody came"))
event_labels.register("booking_described")(_("Recorded the purpose of the booking"))
