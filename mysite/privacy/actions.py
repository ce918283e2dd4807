"""All writes to the statements on processing."""

from django.db import transaction

from eservices.accounts.models import User

from .models import ProcessingNote


@transaction.atomic
def save_statement(*, actor: User, key: str, purpose: str, legal_basis: str, remarks: str) -> ProcessingNote:
    """Save what the commune states about an activity."""
    stated = {"purpose": purpose, "legal_basis": legal_basis, "remarks": remarks}
    saved, _new = ProcessingNote.objects.update_or_create(key=key, defaults=stated)
    return saved
