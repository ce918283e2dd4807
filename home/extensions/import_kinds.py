"""Extension point for what is imported from spreadsheets.

An app registers each kind of object in its own ``spreadsheet_imports.py``::

    import_kinds.register("directory")(DirectoryImport())

``eservices.imports`` reads the files, remembers which line made which object, and writes the report.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from eservices.accounts.models import User

from .registry import Registry

TEXT, NUMBER, DAY, MOMENT, HOUR, YES_NO = "text", "number", "date", "moment", "hour", "yes_no"


class LineRefused(Exception):
    """A line cannot be imported. ``reasons``: all of them, as sentences in the active language."""

    def __init__(self, reasons: Iterable[str]):
        self.reasons = list(reasons)
        super().__init__(*self.reasons)


@dataclass(frozen=True)
class TargetField:
    """A field that a column fills.

    ``type``: what the cell must hold. It arrives as text: a number with a point, dates as ISO 8601, an hour as 18:30,
    yes or no as "1" or "0". ``choices``: what the words of a cell stand for, by word.
    """

    key: str
    label: str | Promise
    type: str = TEXT
    required: bool = False
    max_length: int | None = None
    choices: Mapping[str, str] | None = None
    help: str | Promise = ""


@dataclass(frozen=True)
class Written:
    """The object that a line made. ``title`` names it for the report; it names no person if the object is erased."""

    pk: str
    title: str


class ImportKind:
    """A kind of object that is imported from spreadsheets. Nothing here is stored but through actions of its app."""

    key: str
    label: str | Promise
    help: str | Promise = ""
    target_label: str | Promise = ""  # of the choice below, such as the service; "" if there is none

    def may_import(self, user: User) -> bool:
        """Return whether the user may create such objects."""
        raise NotImplementedError

    def targets(self, user: User | None) -> Sequence[tuple[str, str]]:
        """Return where lines can go, as value and label: the services that the user may file for. None: everywhere."""
        return []

    def fields(self, target: str) -> Sequence[TargetField]:
        """Return the fields, in their order on the screen."""
        raise NotImplementedError

    def write(
        self, *, actor: User | None, target: str, origin: str, key: str, values: Mapping[str, str]
    ) -> Written:
        """Create the object of a line, through an action. Raise ``LineRefused`` with all reasons why not.

        A trial run calls it too, and rolls back: it may do nothing that a transaction does not undo. ``values``: of
        every field, "" if its cell is empty. ``key``: the reference in ``origin``, the other system.
        """
        raise NotImplementedError

    def admin_urls(self, pks: Iterable[str]) -> Mapping[str, str]:
        """Return where staff see these objects, by primary key. Objects that are gone are left out."""
        raise NotImplementedError


import_kinds: Registry[ImportKind] = Registry("spreadsheet_imports")
