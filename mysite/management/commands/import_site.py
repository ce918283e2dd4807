"""Import of an old site: a trial run with a report, and with --run the import itself."""

from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import URLValidator
from wagtail.models import Page

from eservices.accounts.email_addresses import stored_form
from eservices.accounts.models import User
from home.formats.spreadsheets import write_csv_lines

from ...site_import import actions
from ...site_import.import_report import report_header, report_rows
from ...site_import.import_steps import work_on
from ...site_import.models import SiteImport
from ...site_import.readers import READERS

SECONDS = 60


class Command(BaseCommand):
    help = (
        "Imports pages, news, events, files and redirects of an old site. Without --run it only reports what would "
        "happen with each object. Running it again changes what changed at the source and nobody edited here."
    )

    def add_arguments(self, parser):
        parser.add_argument("source", choices=list(READERS), help="The kind of source.")
        parser.add_argument("place", help="The export file, or the address of the old site.")
        parser.add_argument("--address", default="", help="The address of the old site, for an export file.")
        parser.add_argument(
            "--parent", type=int, help="The number of the page above; by default the home page."
        )
        parser.add_argument("--publish", action="store_true", help="Publish pages instead of leaving drafts.")
        parser.add_argument("--run", action="store_true", help="Import after the trial run.")
        parser.add_argument("--report", type=Path, help="Write the report to this CSV file.")
        parser.add_argument("--user", default="", help="The e-mail address of the person who imports.")
        parser.add_argument(
            "--pause", type=float, default=1, help="Seconds between two requests to the old site."
        )

    def handle(self, *, source, place, address, parent, publish, run, report, user, pause, **options):
        address = place if _is_address(place) else address
        try:
            URLValidator(["http", "https"])(address) if address else None
        except ValidationError:
            raise CommandError(f"{address} is no address.") from None
        if not address and not READERS[source].names_address:
            raise CommandError("Name the address of the old site with --address.")
        above = _parent(parent)
        actor = _user(user)
        file = None
        if not _is_address(place):
            try:
                file = File(open(place, "rb"), name=Path(place).name)  # noqa: SIM115  # closed below
            except OSError as error:
                raise CommandError(f"{place} cannot be read: {error.strerror}.") from error
        try:
            site_import = actions.create_import(
                actor=actor, source=source, address=address, file=file, parent=above, publish=publish
            )
        finally:
            if file:
                file.close()
        self._work(site_import, pause)
        if run:
            actions.start_import(actor=actor, site_import=site_import)
            self._work(site_import, pause)
        self._report(site_import, report, run)

    def _work(self, site_import: SiteImport, pause: float) -> None:
        while work_on(site_import, SECONDS, pause):
            site_import.refresh_from_db()
            done = site_import.items.filter(is_read=True).count()
            self.stdout.write(f"{site_import.get_state_display()} ({done})")
        site_import.refresh_from_db()
        if site_import.state == SiteImport.State.FAILED:
            raise CommandError(site_import.error)

    def _report(self, site_import: SiteImport, path: Path | None, run: bool) -> None:
        if path:
            with open(path, "w", encoding="utf-8", newline="") as file:
                file.writelines(write_csv_lines(report_header(), report_rows(site_import)))
        for kind, title, address, outcome, remarks in report_rows(site_import):
            self.stdout.write(f"{outcome:<12} {kind:<14} {title} {address}".rstrip())
            if remarks:
                self.stdout.write(f"             {remarks}")
        totals = ", ".join(f"{label}: {number}" for label, number in site_import.totals())
        self.stdout.write(f"{totals}.")
        if not run:
            self.stdout.write("Nothing was changed. To import, run the same command with --run.")


def _is_address(place: str) -> bool:
    return urlsplit(place).scheme in ("http", "https")


def _parent(number: int | None) -> Page:
    pages = Page.objects.filter(depth__gt=1)
    home = pages.filter(sites_rooted_here__is_default_site=True)
    found = (pages.filter(pk=number) if number else home).first()
    if found is None:
        raise CommandError(f"There is no page {number or ''}. Name the page above with --parent.")
    return found.specific


def _user(email: str) -> User | None:
    found = User.objects.filter(email=stored_form(email)).first() if email else None
    if email and found is None:
        raise CommandError(f"Nobody has the address {email}.")
    return found
