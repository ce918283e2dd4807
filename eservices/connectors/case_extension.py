"""The part of record transfers in cases."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from eservices.cases.extension_points import CaseExtension

EVENT_LABELS = {
    "filing": _("On its way to the document management"),
    "filing_supplement": _("Supplement on its way to the document management"),
}


class RecordTransferCaseExtension(CaseExtension):
    """Labels of transfers into the document store."""

    def event_labels(self) -> Mapping[str, str | Promise]:
        return EVENT_LABELS
