"""The timeline label of report updates."""

from django.utils.translation import gettext_lazy as _

from eservices.cases.event_labels import event_labels

event_labels.register("report_told")(_("State of the reported problem"))
