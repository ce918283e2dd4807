"""What the receipt page says of a request that was sent: asked of the apps above.

An offer is a function ``(submission) -> dict`` with ``reference`` (text), ``url`` (the private status page),
``deadline`` (a moment or None) and ``next_steps`` (texts, or dicts with ``title`` and ``text``).
"""

from collections.abc import Callable

from home.extensions.registry import Registry

from .models import Submission

receipt_providers: Registry[Callable[[Submission], dict]] = Registry("receipts")


def receipt_for(submission: Submission) -> dict:
    """What the first offer says of ``submission``; empty where no app offers anything."""
    return next((offer(submission) for offer in receipt_providers), {})
