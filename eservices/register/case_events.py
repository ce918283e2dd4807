from django.utils.translation import gettext_lazy as _

from eservices.cases.event_labels import event_labels

event_labels.register("register_checked")(_("Compared with the register"))
