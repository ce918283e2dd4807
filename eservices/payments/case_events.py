from django.utils.translation import gettext_lazy as _

from eservices.cases.event_labels import event_labels

event_labels.register("charged")(_("Amount due"))
event_labels.register("charge_reminded")(_("Reminded to pay"))
event_labels.register("charge_expired")(_("Not paid in time"))
event_labels.register("charge_extended")(_("More time to pay"))
event_labels.register("charge_moved")(_("Amount due on another day"))
event_labels.register("charge_lessened")(_("Less to pay"))
event_labels.register("charge_waived")(_("Nothing to pay"))
event_labels.register("charge_cancelled")(_("Amount due given up"))
event_labels.register("payment_received")(_("Payment received"))
event_labels.register("payment_set_aside")(_("Unallocated payment received"))
event_labels.register("refund_asked")(_("Refund asked for"))
event_labels.register("refunded")(_("Refunded"))
