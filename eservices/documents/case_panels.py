"""The documents of a case on the agents' screen."""

from eservices.cases import access
from eservices.cases.case_panels import case_panels
from eservices.cases.stages import kind_of

from .stages import DocumentStage


@case_panels.register("documents")
def documents(case, user):
    """What was issued, with the PDF; what is to be printed and posted; and the whole case as a PDF."""
    issued = []
    if any(isinstance(kind_of(row), DocumentStage) for row in case.stages.all()):
        issued = list(case.documents.out().select_related("revision").order_by("drawn_at"))
    return "documents/case_panel.html", {
        "documents": issued,
        "reference": case.reference,
        "may_revoke": bool(issued) and access.may(user, case, "accept"),
    }
