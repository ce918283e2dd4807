"""What fetching takes everywhere, beside Django's own shortcuts."""

from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404


def get_or_404(rows, **key):
    """The one of ``rows``, a model or a QuerySet, under a key. What can be no key at all looks unknown too: 404."""
    try:
        return get_object_or_404(rows, **key)
    except (ValueError, ValidationError):
        raise Http404 from None
