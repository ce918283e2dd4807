"""The lists that editors keep for the forms: the streets of Orvenay."""

from eservices.formbuilder import actions, table_files
from eservices.formbuilder.models import ReferenceTable

from ..markup import CONTENT
from .world import World


def build(world: World) -> None:
    keep_streets(world.editor)


def keep_streets(actor=None) -> ReferenceTable:
    """The table of streets, imported as an editor would."""
    file = CONTENT / "fr" / "rues.csv"
    table, _new = ReferenceTable.objects.get_or_create(key="rues", defaults={"name": "Rues d’Orvenay"})
    lines = table_files.read(file.name, file.read_bytes())
    actions.import_rows(actor=actor, table=table, lines=lines, shown=table_files.state(table.rows.all()))
    return table
