"""The changes of an import of addresses in words, for the admin and the command line."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from home.localization.punctuation import labelled

from .official_import import AddressChanges

MOST_NAMES = 10


def report_lines(changes: AddressChanges) -> Iterator[str]:
    """Yield what changes, then what was left out."""
    if not changes:
        yield _("The file and the table are the same, so there are no changes.")
    renamed = [f"{before} → {after}" for before, after in changes.streets_renamed]
    for label, names in (
        (_("New streets"), changes.streets_added),
        (_("Renamed streets"), renamed),
        (_("Changed streets"), changes.streets_changed),
        (_("Closed streets"), changes.streets_closed),
    ):
        if names:
            more = ", …" if len(names) > MOST_NAMES else ""
            yield f"{labelled(label, len(names))} ({', '.join(names[:MOST_NAMES])}{more})"
    for label, count in (
        (_("New house numbers"), changes.houses_added),
        (_("Changed house numbers"), changes.houses_changed),
        (_("House numbers that no longer exist"), changes.houses_closed),
        (_("House numbers as before"), changes.houses_same),
        (_("Duplicate lines"), changes.duplicates),
        (_("Lines of other communes"), changes.others),
    ):
        if count:
            yield labelled(label, count)
    if changes.faulty:
        text = ngettext("%(n)s line was left out:", "%(n)s lines were left out:", changes.faulty)
        yield text % {"n": changes.faulty}
        yield from changes.faults
