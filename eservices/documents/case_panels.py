"""The documents of a case on the agents' screen."""

from eservices.cases.case_panels import case_panels


@case_panels.register("documents")
def documents(case, user):
    """What was issued, with the PDF; and what is to be printed and posted."""
    issued = list(case.documents.out().order_by("drawn_at"))
    return ("documents/case_panel.html", {"documents": issued}) if issued else None
