"""The interface to the commune's document management system.

The scheme of ``settings.GED_URL`` is the key of a store that an app registers in ``integrations.py``.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from home.extensions.integrations import IntegrationRegistry

CHUNK = 256 * 1024  # bytes read and written at a time
MAX_NAME_LENGTH = 120  # characters of a name: some systems limit the whole path, for example to 260
UNFIT = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*#%]+')  # refused in names by at least one system


class StoreUnreachable(Exception):
    """The document store gave no usable answer; trying again later may help."""


class DocumentStore(Protocol):
    """A store of folders and files.

    Paths are ``/``-separated, relative to its root, with names from ``safe_file_name``.
    """

    def claim(self, folder: str) -> bool:
        """Create the folder and its parents. Return False if it exists. Atomic: of two callers one gets True."""

    def write(self, path: str, chunks: Iterable[bytes], size: int) -> None:
        """Write a file completely or not at all, over one of an earlier attempt.

        The contents are streamed, because ``size`` may be large.
        """

    def read(self, path: str) -> Iterator[bytes]:
        """Yield the contents of the file in chunks."""

    def probe(self) -> None:
        """Check that the root can be written. Raise ``StoreUnreachable`` if not."""


document_stores: IntegrationRegistry[Callable[[SplitResult], DocumentStore]] = IntegrationRegistry("GED_URL")


def configured_store() -> DocumentStore:
    """Return the store of ``settings.GED_URL``."""
    return document_stores.chosen()(urlsplit(settings.GED_URL))


def safe_file_name(name: str) -> str:
    """Return a name that every system accepts. Pure.

    Slashes and control characters are replaced; spaces and dots at both ends are removed.
    """
    plain = UNFIT.sub("-", unicodedata.normalize("NFC", name))
    stem, dot, suffix = plain.strip(" .").rpartition(".")
    stem, suffix = (stem, suffix) if dot and len(suffix) <= 8 else (plain.strip(" ."), "")
    stem = stem[: MAX_NAME_LENGTH - len(suffix) - 1].strip(" .") or "_"
    return f"{stem}.{suffix}" if suffix else stem


def partial_path(path: str) -> str:
    """Return the temporary path of an incomplete file. Pure.

    It is beside the file and always the same, so that a later attempt overwrites it. Nextcloud refuses names that
    end in ``.part``.
    """
    above, slash, name = path.rpartition("/")
    return f"{above}{slash}.{name[:80]}.unfinished"


def sha256_of(chunks: Iterable[bytes]) -> str:
    """Return the SHA-256 of the chunks, in hexadecimal."""
    found = hashlib.sha256()
    for chunk in chunks:
        found.update(chunk)
    return found.hexdigest()
