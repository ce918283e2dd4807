"""Models of documents, templates, permits and seals."""

from .documents import FOLDER, Document, DocumentLink, IdentityCheck, RevocationReason, Seal
from .permits import Permit, PlateCheck, Renewal, Zone
from .templates import DocumentTemplate, asked_by_services, issuing_forms

__all__ = [
    "FOLDER",
    "Document",
    "DocumentLink",
    "DocumentTemplate",
    "IdentityCheck",
    "Permit",
    "PlateCheck",
    "Renewal",
    "RevocationReason",
    "Seal",
    "Zone",
    "asked_by_services",
    "issuing_forms",
]
