"""Base of readers: each reads one kind of source into ``SourceObject``s."""

from collections.abc import Iterator

from defusedxml import DefusedXmlException
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from ..exceptions import SourceError
from ..source_files import Source
from ..source_objects import SourceObject

MOST_OBJECTS = 10_000


class SourceReader:
    """A reader of one kind of source.

    ``files``: extensions of the exports that it reads; empty if it reads an address only. ``names_address``: exports
    name the address of the old site, and ``objects`` completes the source with it. ``only_kinds``: all kinds of its
    objects, if they are always the same.
    """

    key: str
    label: str | Promise
    files: tuple[str, ...] = ()
    names_address = False
    needs_file = False
    only_kinds: tuple[str, ...] = ()

    def objects(self, source: Source) -> Iterator[SourceObject]:
        """Yield the objects of the source. Raise SourceError if it cannot be read."""
        raise NotImplementedError

    def read(self, source: Source, found: SourceObject) -> SourceObject:
        """Return an object that was only listed, complete. Raise SourceError, ObjectRefused."""
        return found

    def expected_file(self, source: Source):
        """Return the export. Raise SourceError if there is none of a type that is read."""
        if source.export is None or not source.name.lower().endswith(self.files):
            kinds = ", ".join(one.lstrip(".").upper() for one in self.files)
            raise SourceError(
                _("Choose a file of one of these types: %(kinds)s, or a ZIP with it.") % {"kinds": kinds}
            )
        return source.export


def xml_error(error: Exception) -> SourceError:
    """Return the error for XML that cannot be read or would be dangerous to read."""
    if isinstance(error, DefusedXmlException):
        return SourceError(_("The XML defines entities, which may be an attack. It is not read."))
    return SourceError(_("This is not XML that can be read: %(reason)s") % {"reason": error})
