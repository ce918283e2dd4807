"""The lines of an import, one after the other. Whatever interrupts it, it goes on after the last line it reported."""

import logging
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import batched

from django.db import DatabaseError
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from eservices.formbuilder.models import ReferenceRow
from home.formats.spreadsheets import SpreadsheetError
from home.formats.table_files import TableFormat, TableLine, read_lines

from . import actions
from .logic.column_mapping import KEY, MappingRefused, ReadLine, map_line, mapping_problems, read_mapping
from .models import ExternalReference, SpreadsheetImport, key_digest

logger = logging.getLogger(__name__)

State = SpreadsheetImport.State
BATCH = 100  # lines whose report is written together
TAKEN_FOR = timedelta(minutes=5)
MOST_ATTEMPTS = 3  # that may end without a result, such as by a lack of memory


def work_on(spreadsheet_import: SpreadsheetImport, seconds: float) -> bool:
    """Work on an import for some time, in the language of its person. Return whether there is more to do."""
    now = timezone.now()
    if not actions.take_import(spreadsheet_import=spreadsheet_import, now=now, until=now + TAKEN_FOR):
        return False
    one = SpreadsheetImport.objects.select_related("created_by").get(pk=spreadsheet_import.pk)
    with translation.override(one.language):
        if one.attempts > MOST_ATTEMPTS:
            reason = _("It was interrupted %(number)s times in a row.") % {"number": MOST_ATTEMPTS}
            actions.fail_import(spreadsheet_import=one, reason=reason)
            return False
        try:
            return _work(one, time.monotonic() + seconds)
        except SpreadsheetError as refused:
            actions.fail_import(spreadsheet_import=one, reason=" ".join(refused.reasons))
        except DatabaseError:
            raise
        except Exception:
            logger.exception("The import %s stopped", one.pk)
            reason = _("An error occurred, and is in the log. Start the import again.")
            actions.fail_import(spreadsheet_import=one, reason=reason)
    return False


def _work(one: SpreadsheetImport, ends: float) -> bool:
    """Do lines until a time. Return whether there are more."""
    with one.file.open("rb") as file:
        lines = mapped_lines(one, actions.opened_content(file))
        after = _last_done(one)
        for some in batched(lines, BATCH):
            todo = [line for line in some if line.number > after]
            if not todo:
                continue
            _do(one, todo)
            if time.monotonic() >= ends:
                actions.go_on(spreadsheet_import=one, at=timezone.now())
                return True
            if not _still_mine(one):
                return False
    actions.finish_part(spreadsheet_import=one)
    return False


def _last_done(one: SpreadsheetImport) -> int:
    """Return the number of the last line with a report of this part; 0 if there is none."""
    done = one.lines.order_by("-number")
    if one.state == State.IMPORTING:
        done = done.filter(is_imported=True)
    return done.values_list("number", flat=True).first() or 0


def _still_mine(one: SpreadsheetImport) -> bool:
    """Keep the import taken. Return False if it was deleted."""
    rows = SpreadsheetImport.objects.filter(pk=one.pk, state=one.state)
    return bool(rows.update(due_at=timezone.now() + TAKEN_FOR))


def _do(one: SpreadsheetImport, lines: list[ReadLine]) -> None:
    """Check or import lines, and write their report."""
    digests = [key_digest(line.key) for line in lines]
    rows = ExternalReference.objects.filter(kind=one.kind, origin=one.origin, digest__in=digests)
    known = {row.digest: row for row in rows}
    if one.state == State.IMPORTING:
        for line in lines:
            actions.import_line(spreadsheet_import=one, line=line, known=known)
        return
    reports = [actions.check_line(spreadsheet_import=one, line=line, known=known) for line in lines]
    actions.record_lines(spreadsheet_import=one, lines=reports)


def mapped_lines(one: SpreadsheetImport, file) -> Iterator[ReadLine]:
    """Yield the lines of the file with their numbers, mapped. A key that repeats is refused, with its first line.

    Raise ``SpreadsheetError`` if the file cannot be read, or its mapping does not fit any more.
    """
    lines = read_lines(one.file_name, file, TableFormat(one.encoding, one.separator))
    next(lines)  # the header, stored when the file was uploaded
    mapping, targets, tables = _valid_mapping(one)
    seen: dict[str, int] = {}
    for line in lines:
        read = map_line(mapping, targets, _cells(one, line), tables, line.number)
        reasons = [*line.faults, *_line_faults(one, line)] or read.reasons
        if read.key:
            first = seen.setdefault(key_digest(read.key), line.number)
            if first != line.number:
                text = _("“%(value)s” also appears in line %(line)s.")
                reasons = [*reasons, text % {"value": read.key, "line": first}]
        yield ReadLine(line.number, read.key, read.values, [_capital(text) for text in reasons])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _cells(one: SpreadsheetImport, line: TableLine) -> dict[str, str]:
    return dict(zip(one.header, line.cells, strict=False))


def _line_faults(one: SpreadsheetImport, line: TableLine) -> list[str]:
    more = any(line.cells[len(one.header) :])
    return [_("there are more cells than columns.")] if more else []


def _valid_mapping(one: SpreadsheetImport):
    """Return the mapping, the fields, and the replacements by reference table. Raise ``SpreadsheetError``."""
    targets = one.import_kind.fields(one.target)
    try:
        mapping = read_mapping(one.mapping)
    except MappingRefused as refused:
        raise SpreadsheetError(refused.reasons) from refused
    names = {line.table for line in mapping.values() if line.table}
    tables = read_tables(names)
    problems = mapping_problems(mapping, targets, one.header, tables)
    if problems:
        labels = {target.key: str(target.label) for target in targets} | {KEY: _("Key")}
        raise SpreadsheetError(f"{labels.get(key, key)}: {text}" for key, text in problems.items())
    return mapping, targets, tables


def read_tables(names: set[str]) -> Mapping[str, Mapping[str, str]]:
    """Return what replaces what is in cells, by reference table: the value by the label and by the value itself."""
    tables: dict[str, dict[str, str]] = {}
    rows = ReferenceRow.objects.filter(table__key__in=names).values_list(
        "table__key", "value", "label", "extra"
    )
    for table, value, label, extra in rows:
        codes = [value, label, *([extra["code"]] if extra.get("code") else [])]
        tables.setdefault(table, {}).update(dict.fromkeys(codes, value))
    return tables
