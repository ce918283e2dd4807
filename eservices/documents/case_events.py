from django.utils.translation import gettext_lazy as _

from eservices.cases.event_labels import event_labels

event_labels.register("document_drawn")(_("Document numbered"))
event_labels.register("document_issued")(_("Document issued"))
event_labels.register("document_read")(_("Document read"))
event_labels.register("document_revoked")(_("Document revoked"))
event_labels.register("document_shared")(_("Link to the document shared"))
event_labels.register("document_unshared")(_("Link to the document disabled"))
event_labels.register("document_shared_read")(_("Document downloaded with a shared link"))
event_labels.register("case_file_read")(_("Whole case read as PDF"))
event_labels.register("place_granted")(_("Place in the zone given"))
event_labels.register("permit_reminded")(_("Reminded to renew the permit"))
