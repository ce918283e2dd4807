"""What is kept for who fills in a request, for a time: asked of the apps above.

An offer is a function ``(draft) -> dict``: what is kept, in words, and until when.
"""

from collections.abc import Callable
from datetime import datetime

from home.extensions.registry import Registry

from .models import Draft

reservation_providers: Registry[Callable[[Draft], dict[str, datetime]]] = Registry("held")


def reservations_for_draft(draft: Draft) -> dict[str, datetime]:
    """All that is kept for a draft, with the moment until which it is."""
    return {what: until for offer in reservation_providers for what, until in offer(draft).items()}
