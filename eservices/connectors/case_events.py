from django.utils.translation import gettext_lazy as _

from eservices.cases.case_events import case_events

case_events.register("filing")(_("On its way into the document management"))
case_events.register("filing_supplement")(_("Supplement on its way into the document management"))
