"""The part of the register in cases."""

from collections.abc import Iterator, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from eservices.accounts.models import User
from eservices.cases.extension_points import CaseExtension, FeeExemption, Panel
from eservices.cases.models import Case

from . import protected_addresses
from .case_panel import register_panel
from .fee_exemptions import FEE_EXEMPTIONS

EVENT_LABELS = {
    "register_checked": _("Compared with the register"),
}


class RegisterCaseExtension(CaseExtension):
    """Checks against the register: their panel, protected addresses, residents and minors who pay nothing."""

    def event_labels(self) -> Mapping[str, str | Promise]:
        return EVENT_LABELS

    def panels(self, case: Case, user: User) -> Iterator[Panel]:
        if panel := register_panel(case, user):
            yield panel

    def needs_screening(self, case: Case) -> bool:
        return protected_addresses.is_to_be_asked(case)

    def names_protected_person(self, case: Case) -> bool:
        return protected_addresses.names_protected_person(case)

    def fee_exemptions(self) -> Mapping[str, FeeExemption]:
        return FEE_EXEMPTIONS
