"""Reference tables of the forms: the streets of Orvenay and their house numbers, and breeds of dogs."""

import io

from eservices.formbuilder import actions
from eservices.formbuilder.models import ReferenceTable
from eservices.formbuilder.reference_tables import files

from ...markup import CONTENT
from ..context import DemoContext

HOUSES = "numéros"  # column of the streets: the highest number
OFFICIAL = "STR_ESID;BDG_EGID;STN_LABEL;ADR_NUMBER;ZIP_LABEL;COM_FOSNR;COM_NAME;ADR_STATUS"
OURS = "1199 Orvenay;9199;Orvenay"
# A street of the next commune, which shares the postcode, and one that is gone.
OTHERS = (
    "10990001;990000001;Chemin du Coteau;4;1199 Orvenay;9198;Verraz;real",
    "10990002;990000002;Chemin des Gravières;2;1199 Orvenay;9199;Orvenay;outdated",
)


def build(world: DemoContext) -> None:
    import_streets(world.editor)
    import_table(world.editor, "races-chiens", "Races de chiens")


def import_streets(actor=None) -> ReferenceTable:
    """Import the streets with their areas, then their houses, as an editor would."""
    lines = table_lines("rues")
    houses = {line.label: int(line.extra.pop(HOUSES)) for line in lines}
    table = import_table(actor, "rues", "Rues d’Orvenay", lines)
    actions.import_addresses(actor=actor, table=table, file=_official_file(houses))
    return table


def import_table(actor, key: str, name: str, lines: list[files.TableFileRow] | None = None) -> ReferenceTable:
    """Import the lines of a table, those of its file if none are given, as an editor would."""
    table, _new = ReferenceTable.objects.get_or_create(key=key, defaults={"name": name})
    actions.import_rows(
        actor=actor, table=table, lines=lines or table_lines(key), shown=files.rows_digest(table.rows.all())
    )
    return table


def table_lines(key: str) -> list[files.TableFileRow]:
    file = CONTENT / "fr" / f"{key}.csv"
    return files.read_table_file(file.name, file.read_bytes())


def _official_file(houses: dict[str, int]) -> io.BytesIO:
    """Return a file as the federal register publishes it. Every number of a building is invented."""
    lines = [OFFICIAL, *OTHERS]
    for place, (street, most) in enumerate(houses.items(), 1):
        for number in range(1, most + 1):
            for entrance, suffix in enumerate(("", "a", "bis")):
                egid = 900_000_000 + place * 1000 + number * 4 + entrance
                lines.append(f"{10_900_000 + place};{egid};{street};{number}{suffix};{OURS};real")
    return io.BytesIO("\n".join(lines).encode())
