"""Import of a spreadsheet."""

import json
from argparse import ArgumentParser

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from home.extensions.import_kinds import import_kinds

from ... import actions
from ...exceptions import ImportRefused
from ...line_steps import work_on
from ...logic.column_mapping import MappingRefused, guess_mapping, read_mapping
from ...models import ImportLine, SpreadsheetImport


class Command(BaseCommand):
    help = "Imports objects from a CSV or XLSX file. What was imported once is not imported again."

    def add_arguments(self, parser: ArgumentParser):
        parser.add_argument("kind", metavar="KIND", help="What is imported: KIND, or KIND:TARGET.")
        parser.add_argument("file", metavar="FILE", help="CSV or XLSX. The first line names the columns.")
        parser.add_argument("--mapping", metavar="FILE", help="JSON: for each field the name of its column.")
        parser.add_argument("--origin", default="import", metavar="NAME", help="Name of the other system.")
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would happen, and change nothing."
        )

    def handle(self, *, kind: str, file: str, mapping: str | None, origin: str, dry_run: bool, **options):
        """Check all lines, import those that can be, and print the report."""
        kind, _colon, target = kind.partition(":")
        self._check_kind(kind, target)
        try:
            with open(file, "rb") as opened:
                one = actions.create_import(
                    actor=None, kind=kind, target=target, origin=origin, file=File(opened)
                )
        except (OSError, ImportRefused) as problem:
            raise CommandError(str(problem)) from None
        try:
            self._run(one, mapping, dry_run)
        finally:
            actions.delete_import(actor=None, spreadsheet_import=one)

    def _check_kind(self, kind: str, target: str) -> None:
        found = import_kinds.get(kind)
        if found is None:
            keys = ", ".join(key for key, _kind in import_kinds.items())
            raise CommandError(
                _("There is no kind “%(key)s”. Possible are: %(names)s") % {"key": kind, "names": keys}
            )
        targets = [value for value, _label in found.targets(None)]
        if found.target_label and target not in targets:
            names = ", ".join(f"{kind}:{value}" for value in targets)
            raise CommandError(_("Name one of these: %(names)s") % {"names": names})

    def _run(self, one: SpreadsheetImport, mapping: str | None, dry_run: bool) -> None:
        actions.start_check(actor=None, spreadsheet_import=one, mapping=self._mapping(one, mapping))
        self._work(one)
        if not dry_run:
            actions.start_import(actor=None, spreadsheet_import=one)
            self._work(one)
        for line in one.lines.iterator(500):
            self.stdout.write(self._written(line))
        for _value, label, number in one.totals():
            self.stdout.write(f"{label}: {number}")
        if dry_run:
            self.stdout.write(_("Trial run: nothing was changed."))

    def _mapping(self, one: SpreadsheetImport, mapping: str | None):
        fields = one.import_kind.fields(one.target)
        if mapping is None:
            return guess_mapping(fields, one.header)
        try:
            with open(mapping, encoding="utf-8") as opened:
                return read_mapping(json.load(opened))
        except (OSError, ValueError) as problem:
            raise CommandError(str(problem)) from None
        except MappingRefused as refused:
            raise CommandError("\n".join(refused.reasons)) from None

    def _work(self, one: SpreadsheetImport) -> None:
        while work_on(one, seconds=60):
            pass
        one.refresh_from_db()
        if one.state == SpreadsheetImport.State.FAILED:
            raise CommandError(one.error)

    def _written(self, line: ImportLine) -> str:
        name = " ".join(filter(None, (line.key, line.title)))
        return f"{line.number}: {name}: {line.get_outcome_display()}. {' '.join(line.reasons)}".strip()
