"""Check of service definitions for problems, without writing anything."""

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from eservices.formbuilder.linter import ERROR, LEVELS, DefinitionFault

from ...definition.files import InvalidDefinitionFile, read_definition_file
from ...definition.linter import lint_service


class Command(BaseCommand):
    help = "Looks for faults in definitions of services. Ends with 1 where there is an error."

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", metavar="FILE")

    def handle(self, *, files: list[str], **options):
        faulty = [name for name in files if not self._is_sound(name)]
        if faulty:
            raise CommandError(_("Faulty: %(files)s") % {"files": ", ".join(faulty)})

    def _is_sound(self, name: str) -> bool:
        try:
            faults = lint_service(read_definition_file(name))
        except InvalidDefinitionFile as reason:
            self.stdout.write(f"{name}: {reason}")
            return False
        self.stdout.write(f"{name}:" if faults else f"{name}: {_('no fault')}")
        write_faults(self.stdout, faults)
        return not any(fault.level == ERROR for fault in faults)


def write_faults(out, faults: list[DefinitionFault]) -> None:
    """Print one line per problem, the most severe first."""
    for level, label in LEVELS.items():
        for fault in faults:
            if fault.level == level:
                out.write(f"  {label}  {fault}")
