"""A table of streets with house numbers, for tests."""

import io

from eservices.formbuilder import actions
from eservices.formbuilder.models import ReferenceTable
from home.caching import site_version

HEAD = "ADR_EGAID;STR_ESID;BDG_EGID;STN_LABEL;ADR_NUMBER;ZIP_LABEL;COM_FOSNR;COM_NAME;ADR_STATUS;ADR_EASTING"
OURS, OTHERS = "5655;Orvenay", "5649;Verraz"


def swiss_line(
    street: str, number: str, esid: int, egid: int, *, commune=OURS, status="real", zip_label="1199 Orvenay"
):
    """Return a line of the Swiss directory of addresses."""
    return f"{egid + 100_000_000};{esid};{egid};{street};{number};{zip_label};{commune};{status};2520000.000"


def swiss_file(*lines: str) -> io.BytesIO:
    return io.BytesIO("\ufeff".encode() + "\n".join([HEAD, *lines]).encode())


STREETS = [
    *(
        swiss_line("Rue du Lac", number, 1001, 2000 + place)
        for place, number in enumerate(("10", "12", "12a", "12bis", "14"))
    ),
    swiss_line("Rue du Lac", "9", 1001, 2009, status="outdated"),
    swiss_line("Rue du Centenaire", "3", 1002, 2100),
    swiss_line("Bahnhofstrasse", "12a", 1003, 2200),
    swiss_line("Via Cantonale", "5", 1004, 2300),
    swiss_line("Rue du 14 Juillet", "3", 1005, 2400),
    swiss_line("Avenue de l’Église", "7", 1006, 2500),
    swiss_line("Chemin de la Mühle", "1", 1007, 2600),
    swiss_line("Chemin du Stade", "2", 1008, 2700, status="outdated"),
    swiss_line("Chemin du Coteau", "4", 1009, 2800, commune=OTHERS),
]


def make_streets(
    key: str = "rues", *lines: str, columns: dict[str, dict[str, str]] | None = None
) -> ReferenceTable:
    """Create a table of streets from lines of a file. ``columns``: by name of the street, what the commune adds."""
    table, _new = ReferenceTable.objects.get_or_create(key=key, defaults={"name": key.capitalize()})
    actions.import_addresses(actor=None, table=table, file=swiss_file(*(lines or STREETS)))
    for name, more in (columns or {}).items():
        row = table.rows.get(label=name)
        row.extra |= more
        row.save()
    site_version.invalidate_site()
    return table
