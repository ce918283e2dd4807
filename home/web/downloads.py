"""Responses and names of downloaded files."""

from collections.abc import Iterable

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from ..formats.spreadsheets import write_csv_lines
from ..formats.xlsx import Cell, stream_workbook

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TABLES = ("csv", "xlsx")  # the kinds of ``table_download``


def as_download[Response: HttpResponseBase](response: Response, name: str) -> Response:
    """Make ``response`` a download called ``name``, which may contain any characters. It is never cached."""
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "private, no-store"
    return response


def dated_file_name(name: str, kind: str = "csv") -> str:
    """Return a file name with today's date."""
    return f"{name}-{timezone.localdate():%Y-%m-%d}.{kind}"


def table_download(
    kind: str, title: str, header: list[str], rows: Iterable[list[Cell]], name: str
) -> StreamingHttpResponse:
    """Return a table as CSV, or as a workbook whose sheet has the title, streamed while it is written."""
    if kind == "csv":
        response = StreamingHttpResponse(write_csv_lines(header, rows), content_type=CSV)
    else:
        response = StreamingHttpResponse(stream_workbook(title, header, rows), content_type=XLSX)
    return as_download(response, dated_file_name(name, kind))
