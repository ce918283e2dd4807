"""Import of the official file of addresses."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from home.formats.spreadsheets import SpreadsheetError

from ... import actions
from ...addresses.change_report import report_lines
from ...models import ReferenceTable


class Command(BaseCommand):
    help = "Imports the streets and house numbers of the commune from the official file of addresses."

    def add_arguments(self, parser: ArgumentParser):
        parser.add_argument("file", metavar="FILE", help="CSV, or ZIP with a CSV file in it.")
        parser.add_argument("--table", required=True, metavar="KEY", help="The table of streets.")
        parser.add_argument("--commune", default="", metavar="NUMBER", help="Its number or name in the file.")
        parser.add_argument("--trial", action="store_true", help="Say what would change, and change nothing.")

    def handle(self, *, file: str, table: str, commune: str, trial: bool, **options):
        """Import the file, and print what changed."""
        try:
            found = ReferenceTable.objects.get(key=table)
        except ReferenceTable.DoesNotExist:
            keys = ", ".join(ReferenceTable.objects.values_list("key", flat=True))
            raise CommandError(
                _("There is no table “%(key)s”. Name one with --table: %(names)s")
                % {"key": table, "names": keys}
            ) from None
        try:
            with open(file, "rb") as opened:
                changes = actions.import_addresses(
                    actor=None, table=found, file=opened, commune=commune, trial=trial
                )
        except OSError as problem:
            raise CommandError(str(problem)) from None
        except SpreadsheetError as refused:
            raise CommandError("\n".join(refused.reasons)) from None
        for line in report_lines(changes):
            self.stdout.write(line)
        if trial:
            self.stdout.write(_("Trial run: nothing was changed."))
