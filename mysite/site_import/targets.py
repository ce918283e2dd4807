"""Index of an import: which object is at an old address, and what was made here of it."""

from dataclasses import dataclass, field

from .models import ImportedObject, ImportItem, SiteImport
from .old_addresses import address_key, full_size, host_of
from .source_objects import DOCUMENT, IMAGE, PAGE, PAGES, REDIRECT

PLANNED = 1_000_000_000  # the key of something that a trial run would create
MOST_STEPS = 10  # of redirects that lead to each other


@dataclass
class TargetIndex:
    """``keys``: keys of items by kind and address; ``made``: what exists here, by key of its item."""

    keys: dict[tuple[str, str], str] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)  # targets by address
    made: dict[str, ImportedObject] = field(default_factory=dict)
    planned: set[str] = field(default_factory=set)  # keys of items that would be created
    hosts: set[str] = field(default_factory=set)  # of the old site

    def add(self, kind: str, key: str, addresses: list[str]) -> None:
        group = PAGE if kind in PAGES else kind
        for address in filter(None, addresses):
            self.keys.setdefault((group, address_key(address)), key)

    def key_at(self, kind: str, address: str) -> str | None:
        """Return the key of the item of a kind at an address; of a picture, that of its full size if it is known."""
        candidates = [full_size(address), address] if kind == IMAGE else [address]
        return next(filter(None, (self.keys.get((kind, address_key(one))) for one in candidates)), None)

    def resolve(self, kind: str, address: str) -> int | None:
        """Return the key of the page, document or picture made of an address; None if there is none."""
        key = self.key_at(kind, self.end_of(address) if kind == PAGE else address)
        if key is None:
            return None
        if made := self.made.get(key):
            return made.target_id
        return PLANNED if key in self.planned else None

    def end_of(self, address: str) -> str:
        """Return the address to which the redirects of the old site lead; "" for a circle."""
        for _step in range(MOST_STEPS):
            onward = self.redirects.get(address_key(address))
            if not onward:
                return address
            address = onward
        return ""

    def target_of(self, address: str) -> ImportedObject | None:
        """Return what was made of the page, document or picture at an address."""
        end = self.end_of(address)
        keys = [self.key_at(kind, end) for kind in (PAGE, DOCUMENT, IMAGE)]
        return next((self.made[key] for key in keys if key in self.made), None)

    def is_planned(self, address: str) -> bool:
        return any(self.resolve(kind, self.end_of(address)) for kind in (PAGE, DOCUMENT, IMAGE))


def read_index(site_import: SiteImport) -> TargetIndex:
    """Return the index of an import, without the contents of its objects."""
    index = TargetIndex()
    columns = ("kind", "key", "outcome", "content__address", "content__other_addresses", "content__target")
    for kind, key, outcome, address, others, target in site_import.items.values_list(*columns):
        index.add(kind, key, [address, *others])
        if kind == REDIRECT:
            index.redirects[address_key(address)] = target
        elif kind in PAGES:
            index.hosts.add(host_of(address))
        if outcome == ImportItem.Outcome.CREATED:
            index.planned.add(key)
    index.hosts = {host_of(site_import.address) or next(iter(sorted(index.hosts)), "")} - {""} or index.hosts
    index.made = {one.key: one for one in ImportedObject.objects.filter(origin=site_import.origin)}
    return index
