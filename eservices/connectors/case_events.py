from django.utils.translation import gettext_lazy as _

from eservices.cases.event_labels import event_labels

event_labels.register("filing")(_("On its way to the document management"))
event_labels.register("filing_supplement")(_("Supplement on its way to the document management"))
