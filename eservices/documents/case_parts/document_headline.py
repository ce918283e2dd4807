"""The document of a case as the heading of its status page."""

from django.utils.translation import gettext as _

from eservices.cases.extension_points import Headline
from eservices.cases.models import Case

from ..models import Document


def issued_documents(case: Case) -> list[Document]:
    """Return the valid documents of the case, latest first, from what is prefetched if it is."""
    issued = [one for one in case.documents.all() if one.is_issued and one.content]
    return sorted(issued, key=lambda one: one.drawn_at, reverse=True)


def document_headline(case: Case) -> Headline | None:
    """Return the latest document that the applicant may download, else one that is posted to them."""
    issued = [one for one in issued_documents(case) if not one.has_expired]
    found = next((one for one in issued if one.downloadable), issued[0] if issued else None)
    if found is None:
        return None
    if found.posted:
        return Headline(
            _("On its way by post: %(title)s") % {"title": found.title},
            _("We post it to your registered address. You do not need to do anything."),
        )
    return Headline(
        _("Your document is ready: %(title)s") % {"title": found.title},
        _("Anybody who receives it can check it with the code in its footer."),
    )
