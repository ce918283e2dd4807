from django.utils.translation import gettext_lazy as _

from eservices.cases.case_events import case_events

case_events.register("document_drawn")(_("Document numbered"))
case_events.register("document_issued")(_("Document issued"))
case_events.register("document_read")(_("Document read"))
