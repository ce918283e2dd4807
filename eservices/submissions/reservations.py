"""Reservations of drafts: what apps reserve while a form is filled in."""

from datetime import datetime

from home.extensions.base import extensions

from .extension_points import SubmissionExtension
from .models import Draft


def reservations_for_draft(draft: Draft) -> dict[str, datetime]:
    """Return all reservations of a draft, and until when."""
    offers = (one.reservations(draft) for one in extensions(SubmissionExtension))
    return {what: until for offer in offers for what, until in offer.items()}
