"""The part of documents in cases."""

from collections.abc import Callable, Iterator, Mapping

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from eservices.accounts.models import User
from eservices.cases.extension_points import (
    ArchiveFile,
    Audience,
    CaseExtension,
    Headline,
    Panel,
    RetentionBlocker,
)
from eservices.cases.models import Case

from .case_parts.archive_files import archive_document_files
from .case_parts.document_headline import document_headline, issued_documents
from .case_parts.export import document_parts
from .case_parts.identity_and_reissue_forms import IDENTITY, acceptance_forms
from .case_parts.panel import documents_panel
from .case_parts.retention_blockers import RETENTION_BLOCKERS
from .models import IdentityCheck
from .stages import stage_with_statement

EVENT_LABELS = {
    "document_drawn": _("Document numbered"),
    "document_issued": _("Document issued"),
    "document_read": _("Document read"),
    "document_revoked": _("Document revoked"),
    "document_shared": _("Link to the document shared"),
    "document_unshared": _("Link to the document disabled"),
    "document_shared_read": _("Document downloaded with a shared link"),
    "case_file_read": _("Whole case read as PDF"),
    "place_granted": _("Place in the zone given"),
    "permit_reminded": _("Reminded to renew the permit"),
}


class DocumentCaseExtension(CaseExtension):
    """Issued documents: their panel, what an agent states before, and what is kept and archived."""

    def event_labels(self) -> Mapping[str, str | Promise]:
        return EVENT_LABELS

    def panels(self, case: Case, user: User) -> Iterator[Panel]:
        yield documents_panel(case, user)

    def headline(self, case: Case) -> Headline | None:
        return document_headline(case)

    def withdrawal_objection(self, case: Case) -> str:
        """Return that a document is issued, if one is."""
        issued = issued_documents(case)
        return gettext("The document is issued. The request can no longer be withdrawn.") if issued else ""

    def acceptance_forms(self, case: Case) -> Mapping[str, Callable[..., forms.Form]]:
        return acceptance_forms(case)

    def identity_statement(self, case: Case) -> str:
        """Return the label of the identity check stated with a decision or at its own stage; "" if none."""
        row = stage_with_statement(case)
        return str(IdentityCheck(row.data["details"][IDENTITY]["identity_check"]).label) if row else ""

    def retention_blockers(self) -> Mapping[str, RetentionBlocker]:
        return RETENTION_BLOCKERS

    def export_parts(self, case: Case, audience: Audience) -> Mapping[str, object]:
        return document_parts(case, audience)

    def archive_files(self, case: Case) -> Iterator[ArchiveFile]:
        return archive_document_files(case)
