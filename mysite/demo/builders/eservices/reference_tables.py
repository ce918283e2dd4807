"""Reference tables of the forms: the streets of Orvenay."""

from eservices.formbuilder import actions
from eservices.formbuilder.models import ReferenceTable
from eservices.formbuilder.reference_tables import files

from ...markup import CONTENT
from ..context import DemoContext


def build(world: DemoContext) -> None:
    import_streets(world.editor)


def import_streets(actor=None) -> ReferenceTable:
    """Import the table of streets, as an editor would."""
    file = CONTENT / "fr" / "rues.csv"
    table, _new = ReferenceTable.objects.get_or_create(key="rues", defaults={"name": "Rues d’Orvenay"})
    lines = files.read_table_file(file.name, file.read_bytes())
    actions.import_rows(actor=actor, table=table, lines=lines, shown=files.rows_digest(table.rows.all()))
    return table
