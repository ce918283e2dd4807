"""Extension point for the receipt page of a submission.

A provider is a function ``(submission) -> dict`` with ``reference`` (text), ``url`` (the private status page),
``deadline`` (a moment or None) and ``next_steps`` (texts, or dicts with ``title`` and ``text``).
"""

from collections.abc import Callable

from home.extensions.registry import Registry

from .models import Submission

receipt_providers: Registry[Callable[[Submission], dict]] = Registry("receipts")


def receipt_for(submission: Submission) -> dict:
    """Return what the first provider returns for ``submission``; {} if no app has a provider."""
    return next((offer(submission) for offer in receipt_providers), {})
