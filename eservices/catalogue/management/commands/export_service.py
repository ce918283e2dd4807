"""Export of a service's definition."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from ...definition.compiler import export_definition
from ...definition.files import serialize_definition
from ...models import ServicePage


class Command(BaseCommand):
    help = "Writes the definition of a service as JSON: what is published, or the draft of what never was."

    def add_arguments(self, parser):
        parser.add_argument("slug", metavar="SLUG")
        parser.add_argument("--output", metavar="FILE", help="Where to write it; to the screen if not given.")
        parser.add_argument("--draft", action="store_true", help="The latest draft, also of a published one.")

    def handle(self, *, slug: str, output: str | None, draft: bool, **options):
        page = service_by_slug(slug)
        text = serialize_definition(
            export_definition(page.get_latest_revision_as_object() if draft or not page.live else page)
        )
        if not output:
            self.stdout.write(text, ending="")
            return
        try:
            Path(output).write_text(text, encoding="utf-8")
        except OSError as fault:
            raise CommandError(_("The file cannot be written: %(fault)s.") % {"fault": fault}) from None


def service_by_slug(slug: str) -> ServicePage:
    """Return the source page of the service with this slug. Raise CommandError if there is not exactly one."""
    found = [page for page in ServicePage.objects.filter(slug=slug) if page.is_source]
    if len(found) == 1:
        return found[0]
    if not found:
        raise CommandError(_("There is no service “%(slug)s”.") % {"slug": slug})
    raise CommandError(_("Several services are called “%(slug)s”.") % {"slug": slug})
