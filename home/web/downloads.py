"""What is taken away from a page as a file."""

from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.http import content_disposition_header

CSV = "text/csv; charset=utf-8"


def as_download[Response: HttpResponseBase](response: Response, name: str) -> Response:
    """``response`` as a file called ``name``, whatever letters stand in it; no cache keeps it."""
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "private, no-store"
    return response


def dated_file_name(name: str, kind: str = "csv") -> str:
    """The name of a file that is another one tomorrow."""
    return f"{name}-{timezone.localdate():%Y-%m-%d}.{kind}"
