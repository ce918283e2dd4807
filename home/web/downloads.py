"""Responses and names of downloaded files."""

from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.http import content_disposition_header

CSV = "text/csv; charset=utf-8"


def as_download[Response: HttpResponseBase](response: Response, name: str) -> Response:
    """Make ``response`` a download called ``name``, which may contain any characters. It is never cached."""
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "private, no-store"
    return response


def dated_file_name(name: str, kind: str = "csv") -> str:
    """Return a file name with today's date."""
    return f"{name}-{timezone.localdate():%Y-%m-%d}.{kind}"
