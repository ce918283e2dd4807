"""Spreadsheets for the tests, and imports of them."""

import io

from django.core.files.base import ContentFile

from eservices.imports import actions
from eservices.imports.line_steps import work_on
from eservices.imports.logic.column_mapping import guess_mapping, read_mapping
from eservices.imports.models import SpreadsheetImport
from tests.factories.accounts import SuperuserFactory


def csv_file(*lines: str, encoding: str = "utf-8", name: str = "liste.csv") -> ContentFile:
    return ContentFile("".join(f"{line}\r\n" for line in lines).encode(encoding), name=name)


def workbook(rows, *, merged: str = "", name: str = "liste.xlsx") -> ContentFile:
    from openpyxl import Workbook

    book, content = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    if merged:
        book.active.merge_cells(merged)
    book.save(content)
    return ContentFile(content.getvalue(), name=name)


def uploaded(
    kind: str, file, *, target: str = "", origin: str = "canton", actor=None, **form
) -> SpreadsheetImport:
    actor = actor or SuperuserFactory()
    return actions.create_import(actor=actor, kind=kind, target=target, origin=origin, file=file, **form)


def work(one: SpreadsheetImport) -> SpreadsheetImport:
    """Work until nothing is due any more."""
    while work_on(one, 60):
        pass
    one.refresh_from_db()
    return one


def checked(kind: str, file, mapping=None, **options) -> SpreadsheetImport:
    """Return an import after its trial run. ``mapping``: as JSON; by default guessed by names."""
    one = uploaded(kind, file, **options)
    fields = one.import_kind.fields(one.target)
    lines = read_mapping(mapping) if mapping else guess_mapping(fields, one.header)
    actions.start_check(actor=one.created_by, spreadsheet_import=one, mapping=lines)
    return work(one)


def imported(kind: str, file, mapping=None, **options) -> SpreadsheetImport:
    """Return an import that was carried out."""
    one = checked(kind, file, mapping, **options)
    actions.start_import(actor=one.created_by, spreadsheet_import=one)
    return work(one)


def outcomes(one: SpreadsheetImport) -> list[str]:
    return list(one.lines.values_list("outcome", flat=True))


def reasons(one: SpreadsheetImport) -> str:
    return " ".join(text for line in one.lines.all() for text in line.reasons)
