"""The letters about documents."""

from eservices.cases.emails import letter
from eservices.cases.models import Case
from eservices.deliveries.models import Delivery

from .models import Document


def issued(case: Case, document: Document) -> Delivery | None:
    """Your document is ready behind your private link, or on its way by post."""
    return letter(
        case, "documents/emails/posted" if document.posted else "documents/emails/issued", document=document
    )
