"""Import of services from files."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from ... import actions
from ...definition import importer
from ...definition.files import InvalidDefinitionFile, read_definition_file
from ...models import ServiceIndexPage
from .lint_service import write_faults


class Command(BaseCommand):
    help = "Makes or changes services from their definitions: as drafts, or published."

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument(
            "--publish", action="store_true", help="Publish at once instead of leaving drafts."
        )
        parser.add_argument("--index", metavar="SLUG", help="The online counter, where there are several.")

    def handle(self, *, files: list[str], publish: bool, index: str | None, **options):
        """Import the files and print all problems. Files with errors are skipped as a whole."""
        faulty = [name for name in files if not self._import(name, publish, index)]
        if faulty:
            raise CommandError(_("Not imported: %(files)s") % {"files": ", ".join(faulty)})

    def _import(self, name: str, publish: bool, slug: str | None) -> bool:
        try:
            definition = read_definition_file(name)
            index = counter_by_slug(slug, definition)
        except InvalidDefinitionFile as reason:
            self.stderr.write(f"{name}: {reason}")
            return False
        if refused := importer.import_refusals(definition, index, publish=publish):
            self.stderr.write(f"{name}:")
            write_faults(self.stderr, refused)
            return False
        return self._write(name, index, definition, publish)

    def _write(self, name: str, index: ServiceIndexPage, definition: dict, publish: bool) -> bool:
        try:
            page = actions.import_service(actor=None, index=index, definition=definition, publish=publish)
        except ValidationError as refusal:
            self.stderr.write(f"{name}: {' '.join(refusal.messages)}")
            return False
        said = _("published") if publish else _("a draft")
        self.stdout.write(f"{name}: {page.title}, {said}: /admin/pages/{page.pk}/edit/")
        write_faults(self.stdout, importer.import_faults(definition, index))
        return True


def counter_by_slug(slug: str | None, definition) -> ServiceIndexPage | None:
    """Return the service index to import into: the one with this slug, else the only one in the form's language.

    None for a definition without a language, which is reported as a problem later. Raise InvalidDefinitionFile if
    there is none or more than one.
    """
    language = definition.get("language") if isinstance(definition, dict) else None
    if not isinstance(language, str):
        return None
    found = ServiceIndexPage.objects.filter(locale__language_code=language).select_related("locale")
    found = list(found.filter(slug=slug) if slug else found)
    if len(found) == 1:
        return found[0]
    if not found:
        raise InvalidDefinitionFile(
            _("There is no online counter “%(slug)s” in “%(language)s”.")
            % {"slug": slug or "", "language": language}
        )
    names = ", ".join(one.slug for one in found)
    raise InvalidDefinitionFile(
        _("There are several online counters. Name one with --index: %(names)s") % {"names": names}
    )
