from django.utils.translation import gettext_lazy as _

from eservices.cases.case_events import case_events

case_events.register("document_drawn")(_("Document numbered"))
case_events.register("document_issued")(_("Document issued"))
case_events.register("document_read")(_("Document read"))
case_events.register("document_revoked")(_("Document revoked"))
case_events.register("document_shared")(_("Link to the document given away"))
case_events.register("document_unshared")(_("Link to the document closed"))
case_events.register("document_shared_read")(_("Document fetched by a link that was given away"))
case_events.register("case_file_read")(_("Whole case read as PDF"))
case_events.register("place_granted")(_("Place in the zone given"))
case_events.register("permit_reminded")(_("Reminded to renew the permit"))
