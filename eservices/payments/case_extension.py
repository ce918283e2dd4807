"""The part of payments in cases."""

from collections.abc import Iterator, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from eservices.accounts.models import User
from eservices.cases.extension_points import ArchiveFile, Audience, CaseExtension, Panel, RetentionBlocker
from eservices.cases.models import Case

from .archive_files import archive_payment_files
from .case_export import payment_parts
from .case_panel import payments_panel
from .retention_blockers import RETENTION_BLOCKERS

EVENT_LABELS = {
    "charged": _("Amount due"),
    "charge_reminded": _("Reminded to pay"),
    "charge_expired": _("Not paid in time"),
    "charge_extended": _("More time to pay"),
    "charge_moved": _("Amount due on another day"),
    "charge_lessened": _("Less to pay"),
    "charge_waived": _("Nothing to pay"),
    "charge_cancelled": _("Amount due given up"),
    "payment_received": _("Payment received"),
    "payment_set_aside": _("Unallocated payment received"),
    "refund_asked": _("Refund asked for"),
    "refunded": _("Refunded"),
}


class PaymentCaseExtension(CaseExtension):
    """Charges and their payments: their panel, and what is kept and archived."""

    def event_labels(self) -> Mapping[str, str | Promise]:
        return EVENT_LABELS

    def panels(self, case: Case, user: User) -> Iterator[Panel]:
        if panel := payments_panel(case, user):
            yield panel

    def retention_blockers(self) -> Mapping[str, RetentionBlocker]:
        return RETENTION_BLOCKERS

    def export_parts(self, case: Case, audience: Audience) -> Mapping[str, object]:
        return payment_parts(case, audience)

    def archive_files(self, case: Case) -> Iterator[ArchiveFile]:
        return archive_payment_files(case)
