"""The report of an import as a table: a line for each line of the file."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from home.formats.xlsx import Cell

from .models import SpreadsheetImport


def report_header() -> list[str]:
    return [_("Line"), _("Key"), pgettext("lines of an import", "Result"), _("Object"), _("Reasons")]


def report_rows(spreadsheet_import: SpreadsheetImport) -> Iterator[list[Cell]]:
    """Yield the cells of each line."""
    for line in spreadsheet_import.lines.iterator(500):
        yield [line.number, line.key, str(line.get_outcome_display()), line.title, " ".join(line.reasons)]
