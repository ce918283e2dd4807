"""Reference tables of the forms: the streets of Orvenay, and breeds of dogs."""

from eservices.formbuilder import actions
from eservices.formbuilder.models import ReferenceTable
from eservices.formbuilder.reference_tables import files

from ...markup import CONTENT
from ..context import DemoContext


def build(world: DemoContext) -> None:
    import_streets(world.editor)
    import_table(world.editor, "races-chiens", "Races de chiens")


def import_streets(actor=None) -> ReferenceTable:
    """Import the table of streets."""
    return import_table(actor, "rues", "Rues d’Orvenay")


def import_table(actor, key: str, name: str) -> ReferenceTable:
    """Import a table from its file, as an editor would."""
    file = CONTENT / "fr" / f"{key}.csv"
    table, _new = ReferenceTable.objects.get_or_create(key=key, defaults={"name": name})
    lines = files.read_table_file(file.name, file.read_bytes())
    actions.import_rows(actor=actor, table=table, lines=lines, shown=files.rows_digest(table.rows.all()))
    return table
