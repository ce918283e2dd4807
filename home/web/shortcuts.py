"""Shortcuts for fetching objects, besides Django's own."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Manager, Model, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404


def get_or_404[M: Model](rows: type[M] | Manager[M] | QuerySet[M], **key: Any) -> M:
    """Return the object of ``rows``, a model or a QuerySet, with a key. Raise Http404 if none has it.

    An invalid key also raises Http404.
    """
    try:
        return get_object_or_404(rows, **key)
    except (ValueError, ValidationError):
        raise Http404 from None
