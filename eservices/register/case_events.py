from django.utils.translation import gettext_lazy as _

from eservices.cases.case_events import case_events

case_events.register("register_checked")(_("Compared with the register"))
