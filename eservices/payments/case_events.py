from django.utils.translation import gettext_lazy as _

from eservices.cases.case_events import case_events

case_events.register("charged")(_("Amount due"))
case_events.register("charge_reminded")(_("Reminded to pay"))
case_events.register("charge_expired")(_("Not paid in time"))
case_events.register("charge_extended")(_("More time to pay"))
case_events.register("charge_moved")(_("Amount due on another day"))
case_events.register("charge_lessened")(_("Less to pay"))
case_events.register("charge_waived")(_("Nothing to pay"))
case_events.register("charge_cancelled")(_("Amount due given up"))
case_events.register("payment_received")(_("Payment received"))
case_events.register("payment_set_aside")(_("Money arrived and was set aside"))
case_events.register("refund_asked")(_("Refund asked for"))
case_events.register("refunded")(_("Refunded"))
