"""Extension points of submissions: what other apps add to sending a form, in their ``form_extension.py``."""

from collections.abc import Mapping
from datetime import datetime

from home.extensions.base import Extension

from .models import Draft, Submission


class SubmissionExtension(Extension):
    """A part of another app in sending a form."""

    file = "form_extension"

    def reservations(self, draft: Draft) -> Mapping[str, datetime]:
        """Return what is reserved for a draft, as text, and until when."""
        return {}

    def receipt(self, submission: Submission) -> Mapping[str, object]:
        """Return context of the receipt page; {} if this app knows nothing of the submission.

        ``reference`` (text), ``url`` (the private status page), ``deadline`` (a moment or None) and ``next_steps``
        (texts, or dicts with ``title`` and ``text``).
        """
        return {}
