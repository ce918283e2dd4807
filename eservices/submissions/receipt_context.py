"""The context of the receipt page of a submission."""

from collections.abc import Mapping

from home.extensions.base import extensions

from .extension_points import SubmissionExtension
from .models import Submission


def receipt_for(submission: Submission) -> Mapping[str, object]:
    """Return the context from the first app that knows the submission; {} if none does."""
    offers = (one.receipt(submission) for one in extensions(SubmissionExtension))
    return next(filter(None, offers), {})
