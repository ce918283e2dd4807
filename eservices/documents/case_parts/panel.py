"""The documents of a case, for the case page."""

from eservices.accounts.models import User
from eservices.cases import access
from eservices.cases.extension_points import Panel
from eservices.cases.models import Case
from eservices.cases.stages import kind_of

from ..actions.reissuing import may_reissue
from ..models import Document
from ..stages import DocumentStage


def documents_panel(case: Case, user: User) -> Panel:
    """Return the panel of issued documents, of those to issue again, and of the whole case as a PDF."""
    drawn = []
    if any(isinstance(kind_of(row), DocumentStage) for row in case.stages.all()):
        drawn = list(case.documents.select_related("revision", "replaces").order_by("drawn_at"))
    last = {document.stage_id: document for document in drawn}
    issued = [document for document in drawn if document.state != Document.State.DRAWN]
    return Panel(
        "documents",
        "documents/case_panel.html",
        {
            "documents": issued,
            "again": [document for document in last.values() if may_reissue(document)],
            "reference": case.reference,
            "may_revoke": bool(issued) and access.may_do(user, case, "accept"),
        },
    )
