"""Import of an official file of addresses into a table of streets and their house numbers.

Streets are recognized by their official number, so that a new name of a street becomes a former one of the row; without
numbers, by their name. Nothing is deleted, because answers refer to rows, and what was added by hand is not closed.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import batched

from ..logic.address_spellings import leading_number, street_key
from ..models import HouseNumber, ReferenceRow, ReferenceTable, option_value_from_label
from .official_file import AddressLine
from .streets import FORMER_SEPARATOR

BATCH = 2000
HOUSE_FIELDS = ("number", "town", "egid", "ewids", "lat", "lon", "active")


@dataclass
class AddressChanges:
    """The changes of an import. ``houses_closed`` are still in the table, but not in the file."""

    streets_added: list[str] = field(default_factory=list)
    streets_renamed: list[tuple[str, str]] = field(default_factory=list)  # from, to
    streets_changed: list[str] = field(default_factory=list)
    streets_closed: list[str] = field(default_factory=list)
    houses_added: int = 0
    houses_changed: int = 0
    houses_closed: int = 0
    houses_same: int = 0
    duplicates: int = 0
    others: int = 0  # addresses in other communes
    faulty: int = 0
    faults: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        streets = self.streets_added or self.streets_renamed or self.streets_changed or self.streets_closed
        return bool(streets or self.houses_added or self.houses_changed or self.houses_closed)

    @property
    def digest(self) -> str:
        """A hash, to recognize the changes that were shown."""
        return hashlib.sha256(json.dumps(asdict(self)).encode()).hexdigest()


@dataclass(slots=True)
class StreetInFile:
    """A street as the file has it."""

    name: str
    commune: str
    esid: str
    active: bool = False
    places: Counter = field(default_factory=Counter)  # postcode and town

    @property
    def columns(self) -> dict[str, str]:
        """The columns of its row that come from the file."""
        postcode, town = min(self.places, key=lambda place: (-self.places[place], place))
        found = {"esid": self.esid, "postcode": postcode, "town": town, "commune": self.commune}
        return {name: text for name, text in found.items() if text}


class AddressImport:
    """The addresses of a file, compared with a table. Iterate over lines first, then write or not."""

    def __init__(self, table: ReferenceTable):
        self.table, self.changes = table, AddressChanges()
        self.streets: dict[str, StreetInFile] = {}
        self.houses: dict[tuple[str, str, str], tuple] = {}  # by street, number and postcode: HOUSE_FIELDS

    def read(self, lines: Iterable[AddressLine]) -> None:
        """Collect the streets and houses of the file, each once."""
        for line in lines:
            identity = line.street_identity
            street = self.streets.get(identity)
            if street is None:
                street = self.streets[identity] = StreetInFile(line.street, line.commune, line.esid)
            street.active = street.active or line.active
            street.places[line.postcode, line.town] += 1
            if line.number_key and not line.commune:
                self._read_house(identity, line)

    def _read_house(self, identity: str, line: AddressLine) -> None:
        key = identity, line.number_key, line.postcode
        number, town, egid, ewids, lat, lon, active = self.houses.get(
            key, (line.number, line.town, line.egid, "", None, None, False)
        )
        if lat is None and line.point:
            lat, lon = line.point
        if key in self.houses:
            self.changes.duplicates += not (line.ewid and line.ewid not in ewids.split())
        if line.ewid and line.ewid not in ewids.split():
            ewids = f"{ewids} {line.ewid}".strip()
        self.houses[key] = number, town, egid or line.egid, ewids, lat, lon, active or line.active

    # -- Comparison, and writing unless it is a trial run ----------------------------------------------------
    def compare(self, *, write: bool) -> AddressChanges:
        """Compare the file with the table, and write the changes if ``write``."""
        rows = list(self.table.rows.order_by("order", "pk"))
        matched = dict(self._matched(rows))
        changed = [row for identity, row in matched.items() if self._update(row, self.streets[identity])]
        houses = HouseNumber.objects.filter(street__table=self.table, official=True)
        official = set(houses.values_list("street", flat=True))
        present = {row.pk for row in matched.values()}
        for row in rows:
            if row.pk not in present and row.active and (row.pk in official or "esid" in row.extra):
                row.active = False
                changed.append(row)
                self.changes.streets_closed.append(row.label)
        new = dict(self._new_rows(rows, matched))
        if write:
            ReferenceRow.objects.bulk_update(changed, ["label", "extra", "active"], batch_size=500)
            ReferenceRow.objects.bulk_create(new.values(), batch_size=500)
        self._compare_houses(matched | new, write=write)
        return self.changes

    def _matched(self, rows: list[ReferenceRow]) -> Iterator[tuple[str, ReferenceRow]]:
        """Yield the row of each street of the file that has one."""
        by_number = {row.extra["esid"]: row for row in rows if "esid" in row.extra}
        by_name: dict[tuple[str, str], list[ReferenceRow]] = {}
        for row in rows:
            by_name.setdefault((row.extra.get("commune", ""), street_key(row.label)), []).append(row)
        taken: set[int] = set()
        for identity, street in self.streets.items():
            row = by_number.get(street.esid) if street.esid else None
            if row is None:
                named = by_name.get((street.commune, street_key(street.name)), [])
                row = next(
                    (
                        one
                        for one in named
                        if one.pk not in taken and not (street.esid and one.extra.get("esid"))
                    ),
                    None,
                )
            if row is not None and row.pk not in taken:
                taken.add(row.pk)
                yield identity, row

    def _update(self, row: ReferenceRow, street: StreetInFile) -> bool:
        """Change the row to what the file has, and return whether anything is different."""
        before = row.label, dict(row.extra), row.active
        if street_key(row.label) != street_key(street.name):
            former = [name for name in row.extra.get("former", "").split(FORMER_SEPARATOR) if name.strip()]
            former = [name.strip() for name in former if street_key(name) != street_key(street.name)]
            row.extra = row.extra | {"former": f" {FORMER_SEPARATOR} ".join([*former, row.label])}
        # A street of a commune that joined ours is ours from now on.
        row.extra = {name: text for name, text in row.extra.items() if name != "commune"} | street.columns
        row.label, row.active = street.name, street.active and not street.commune
        if (row.label, row.extra, row.active) == before:
            return False
        if before[2] and not row.active:
            self.changes.streets_closed.append(row.label)
        elif row.label != before[0]:
            self.changes.streets_renamed.append((before[0], row.label))
        else:
            self.changes.streets_changed.append(row.label)
        return True

    def _new_rows(
        self, rows: list[ReferenceRow], matched: dict[str, ReferenceRow]
    ) -> Iterator[tuple[str, ReferenceRow]]:
        """Yield a row for each street that has none."""
        values, order = {row.value for row in rows}, max((row.order for row in rows), default=-1)
        missing = [(identity, one) for identity, one in self.streets.items() if identity not in matched]
        for identity, street in sorted(missing, key=lambda pair: (pair[1].commune, pair[1].name)):
            value = start = option_value_from_label(f"{street.commune} {street.name}")[:95]
            number = 1
            while value in values:
                number += 1
                value = f"{start}-{number}"
            values.add(value)
            order += 1
            active = street.active and not street.commune
            self.changes.streets_added.append(street.name)
            yield (
                identity,
                ReferenceRow(
                    table=self.table,
                    value=value,
                    label=street.name,
                    extra=street.columns,
                    order=order,
                    active=active,
                ),
            )

    def _compare_houses(self, rows: dict[str, ReferenceRow], *, write: bool) -> None:
        keys = {
            (rows[identity].pk, key, postcode): (identity, key, postcode)
            for identity, key, postcode in self.houses
        }
        seen, changed = set(), []
        there = HouseNumber.objects.filter(street__table=self.table)
        fields = ("pk", "street_id", "key", "postcode", "official", *HOUSE_FIELDS)
        for pk, street, key, postcode, official, *before in there.values_list(*fields).iterator(BATCH):
            found = keys.get((street, key, postcode))
            if not (found or official):
                continue  # added by hand: no file closes it
            wanted = self.houses[found] if found else (*before[:-1], False)
            if found:
                seen.add(found)
                wanted = _with_point(wanted, before)
            if official and tuple(before) == tuple(wanted):
                self.changes.houses_same += bool(found)
                continue
            self.changes.houses_closed += not wanted[-1] and before[-1]
            self.changes.houses_changed += bool(found) and (wanted[-1] or not before[-1])
            values = dict(zip(HOUSE_FIELDS, wanted, strict=True))
            changed.append(HouseNumber(pk=pk, official=True, **values))
        new = (one for one in self.houses if one not in seen)
        self.changes.houses_added = len(self.houses) - len(seen)
        if write:
            HouseNumber.objects.bulk_update(changed, [*HOUSE_FIELDS, "official"], batch_size=500)
            for some in batched(new, BATCH, strict=False):
                HouseNumber.objects.bulk_create(self._house(rows, *one) for one in some)

    def _house(self, rows: dict[str, ReferenceRow], identity: str, key: str, postcode: str) -> HouseNumber:
        values = dict(zip(HOUSE_FIELDS, self.houses[identity, key, postcode], strict=True))
        at = leading_number(key)
        return HouseNumber(
            street=rows[identity], key=key, position=at, postcode=postcode, official=True, **values
        )


def _with_point(wanted: tuple, before: list) -> tuple:
    """Return the values of a house with the point that the table has, if the file has none."""
    at = HOUSE_FIELDS.index("lat")
    return wanted if wanted[at] is not None else (*wanted[:at], *before[at : at + 2], *wanted[at + 2 :])
