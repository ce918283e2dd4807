"""Reader of official files of addresses: the Swiss register, the French BAN, the Belgian BeSt, or a commune's own.

CSV, or CSV in a ZIP archive, with the names of columns in the first line. Read line by line, twice: first the communes
and their postcodes, then the addresses of one commune, and streets of others that share a postcode. No database.
"""

import csv
import io
import lzma
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO

from django.utils.translation import gettext as _

from eservices.accounts.person_names import name_words
from home.formats.spreadsheets import SpreadsheetError

from ..logic.address_spellings import normalize_house_number, street_key
from ..logic.map_points import Point, map_point

# Names of columns: of the Swiss directory of addresses and register of buildings, of BAN, of BeSt, in words.
COLUMN_NAMES = {
    "street": (
        *("stn_label", "strname", "nom_voie", "streetname_fr", "streetname_nl", "streetname_de"),
        *("street", "rue", "voie", "strasse", "via"),
    ),
    "number": ("adr_number", "deinr", "numero", "house_number", "number", "numéro", "nummer"),
    "suffix": ("rep",),
    "place": ("zip_label",),  # postcode and town
    "postcode": ("dplz4", "code_postal", "postcode", "npa", "plz", "cap"),
    "town": ("dplzname", "libelle_acheminement", "town", "localité", "ort", "località"),
    "commune": (
        *("com_name", "ggdename", "nom_commune", "municipality_name_fr", "municipality_name_nl"),
        *("commune", "gemeinde", "comune"),
    ),
    "commune_number": ("com_fosnr", "ggdenr", "code_insee", "municipality_id"),
    "esid": ("str_esid", "esid", "id_fantoir", "street_id"),
    "egid": ("bdg_egid", "egid"),
    "ewid": ("ewid",),
    "north": ("adr_northing", "dkodn", "lat", "latitude", "epsg:4326_lat"),
    "east": ("adr_easting", "dkode", "lon", "longitude", "epsg:4326_lon"),
    "status": ("adr_status", "status"),
    "id": ("id",),
}
NOT_THERE = {"outdated", "planned", "unreal", "retired", "proposed", "closed", "fermé", "aufgehoben"}
MOST_LINES, MOST_REASONS = 2_000_000, 20
MAX_UNPACKED_BYTES = 1024**3
# What is held in memory: the letters of a record, the communes of a file, the addresses of ours.
MAX_RECORD_LENGTH, MOST_COMMUNES, MOST_ADDRESSES = 100_000, 50_000, 500_000
# What reading a broken archive raises.
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(OSError, EOFError, RuntimeError, ValueError),
)
MAX_LENGTHS = {"street": 150, "number": 20, "postcode": 12, "town": 100, "esid": 40, "egid": 40, "ewid": 20}


@dataclass(frozen=True, slots=True)
class AddressLine:
    """An address of the file. ``commune``: "" for our own."""

    street: str
    number: str
    postcode: str
    town: str
    commune: str
    esid: str
    egid: str
    ewid: str
    active: bool
    point: Point | None = None

    @property
    def street_identity(self) -> str:
        """The key of the street, the same under a new name if the file numbers streets."""
        return f"{self.commune}/{self.esid or street_key(self.street)}"

    @property
    def number_key(self) -> str:
        return normalize_house_number(self.number)[: MAX_LENGTHS["number"]]


@dataclass
class AddressFile:
    """A file that was opened, with what the first reading found. ``commune``: number or name of our own; "" to guess.

    ``faults``: reasons, with their line, why lines were left out; ``faulty`` counts them all.
    """

    file: BinaryIO
    commune: str = ""
    guess: str = ""  # our name, if the file has several communes
    faults: list[str] = field(default_factory=list)
    faulty: int = 0
    others: int = 0  # addresses in other communes that were left out

    def lines(self) -> Iterator[AddressLine]:
        """Yield the addresses of our commune, and those of others with a postcode of ours."""
        ours, postcodes = self._survey()
        self.faults, self.faulty, self.others = [], 0, 0
        found = 0
        for number, cells in self._rows():
            own = _commune_key(cells) in ("", ours)
            if not own and cells["postcode"] not in postcodes:
                self.others += 1
            elif reason := _fault(cells):
                self.faulty += 1
                if len(self.faults) < MOST_REASONS:
                    self.faults.append(_("Line %(line)s: %(reason)s") % {"line": number, "reason": reason})
            elif (found := found + 1) > MOST_ADDRESSES:
                raise SpreadsheetError([_too_many(MOST_ADDRESSES)])
            else:
                yield _line(cells, own)

    def _survey(self) -> tuple[str, set[str]]:
        """Return the key of our commune in the file, and its postcodes."""
        names: dict[str, Counter] = {}
        postcodes: dict[str, set[str]] = {}
        for _number, cells in self._rows():
            key = _commune_key(cells)
            if len(names) > MOST_COMMUNES:
                raise SpreadsheetError([_too_many(MOST_COMMUNES)])
            names.setdefault(key, Counter())[cells["commune"]] += 1
            postcodes.setdefault(key, set()).add(cells["postcode"])
        if not names:
            raise SpreadsheetError([_("The file has no rows.")])
        ours = self._ours({key: counts.most_common(1)[0][0] for key, counts in names.items()})
        return ours, postcodes[ours] - {""}

    def _ours(self, names: dict[str, str]) -> str:
        wanted = self.commune or self.guess
        fitting = [
            key
            for key, name in names.items()
            if wanted and (key == wanted or name_words(name) == name_words(wanted))
        ]
        if len(fitting) == 1:
            return fitting[0]
        if len(names) == 1 and not self.commune:
            return next(iter(names))
        listed = ", ".join(f"{name} ({key})" for key, name in list(names.items())[:5])
        reason = _("The file has %(n)s communes: %(names)s … Enter the number or the name of yours.")
        raise SpreadsheetError([reason % {"n": len(names), "names": listed}])

    def _rows(self) -> Iterator[tuple[int, dict[str, str]]]:
        with open_lines(self.file) as text:
            try:
                lines = Lines(text)
                head = next(lines, "")
                delimiter = max(";,\t", key=head.count)
                columns = _columns(next(csv.reader([head], delimiter=delimiter), []))
                for number, cells in enumerate(csv.reader(lines, delimiter=delimiter), 2):
                    if number > MOST_LINES:
                        raise SpreadsheetError([_too_many(MOST_LINES)])
                    lines.begin_record()
                    if any(cells):
                        yield number, _cells(columns, cells)
            except csv.Error as problem:
                raise SpreadsheetError(
                    [_("The file cannot be read: %(reason)s") % {"reason": problem}]
                ) from None
            except UnicodeDecodeError:
                raise SpreadsheetError([_("Save the file in the encoding UTF-8.")]) from None


class Lines:
    """The lines of a file. A record of several lines must be short too: it is read into memory whole."""

    def __init__(self, text: io.TextIOWrapper):
        self.text, self.length = text, 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.text.readline(MAX_RECORD_LENGTH + 1)
        self.length += len(line)
        if self.length > MAX_RECORD_LENGTH:
            raise SpreadsheetError(
                [_("The file cannot be read: %(reason)s") % {"reason": _("a text is too long.")}]
            )
        if not line:
            raise StopIteration
        return line

    def begin_record(self) -> None:
        self.length = 0


def _too_many(limit: int) -> str:
    return _("There are too many lines: at most %(limit)s.") % {"limit": limit}


@contextmanager
def open_lines(file: BinaryIO) -> Iterator[io.TextIOWrapper]:
    """Open a CSV file, or the first one in a ZIP archive, for reading from its beginning."""
    file.seek(0)
    try:
        packed = zipfile.ZipFile(file) if zipfile.is_zipfile(file) else None
        inside = (
            next((one for one in packed.infolist() if one.filename.lower().endswith(".csv")), None)
            if packed
            else None
        )
        if packed and (inside is None or inside.file_size > MAX_UNPACKED_BYTES):
            raise SpreadsheetError([_("The archive has no CSV file that can be read.")])
        file.seek(0)
        raw = packed.open(inside) if packed and inside else file
        text = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
        try:
            yield text
        finally:
            text.detach()
    except BROKEN as problem:
        raise SpreadsheetError([_("The file cannot be read: %(reason)s") % {"reason": problem}]) from None


def _columns(head: list[str]) -> list[str]:
    names = [name.strip().casefold() for name in head]
    found = [next((key for key, known in COLUMN_NAMES.items() if name in known), "") for name in names]
    if "street" not in found:
        raise SpreadsheetError(
            [
                _(
                    "This is no file of addresses: line 1 must name a column for the street, "
                    "such as STN_LABEL or nom_voie."
                )
            ]
        )
    return found


def _cells(columns: list[str], cells: list[str]) -> dict[str, str]:
    found = dict.fromkeys(COLUMN_NAMES, "")
    for column, cell in zip(columns, cells, strict=False):
        if column and not found[column]:
            found[column] = " ".join(cell.split())
    if place := found["place"]:
        found["postcode"], _blank, found["town"] = place.partition(" ")
    found["town"] = found["town"] or found["commune"]
    if found["suffix"]:
        found["number"] = f"{found['number']}{found['suffix']}"
    if not found["esid"] and found["id"].count("_") >= 2:  # BAN: commune, street, number, suffix
        found["esid"] = "_".join(found["id"].split("_")[:2])
    return found


def _commune_key(cells: dict[str, str]) -> str:
    return cells["commune_number"] or cells["commune"]


def _fault(cells: dict[str, str]) -> str:
    """Return why a line cannot be used; "" if it can."""
    if not street_key(cells["street"]):
        return _("the street is missing.")
    if any(len(cells[name]) > most for name, most in MAX_LENGTHS.items()):
        return _("a text is too long.")
    if any(not sign.isprintable() for cell in cells.values() for sign in cell):
        return _("there are characters that cannot be typed, or line breaks within a cell.")
    return ""


def _line(cells: dict[str, str], own: bool) -> AddressLine:
    return AddressLine(
        street=cells["street"],
        number=cells["number"],
        postcode=cells["postcode"],
        town=cells["town"],
        commune="" if own else cells["commune"] or cells["commune_number"],
        esid=cells["esid"],
        egid=cells["egid"],
        ewid=cells["ewid"],
        active=cells["status"].casefold() not in NOT_THERE,
        point=map_point(cells["north"], cells["east"]),
    )
