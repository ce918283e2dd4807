"""Extension point for reservations of drafts.

A provider is a function ``(draft) -> dict``: what is reserved, as text, and until when.
"""

from collections.abc import Callable
from datetime import datetime

from home.extensions.registry import Registry

from .models import Draft

reservation_providers: Registry[Callable[[Draft], dict[str, datetime]]] = Registry("held")


def reservations_for_draft(draft: Draft) -> dict[str, datetime]:
    """Return all reservations of a draft, and until when."""
    return {what: until for offer in reservation_providers for what, until in offer(draft).items()}
