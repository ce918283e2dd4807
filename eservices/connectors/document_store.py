"""The document management system (GED) in which dossiers are kept: one interface, a folder for each kind of it.

Which one is chosen by ``settings.GED_URL``; its scheme is the key of an offer in a file ``geds.py``.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from home.extensions.registry import Registry

CHUNK = 256 * 1024  # bytes read and sent at a time
MAX_NAME_LENGTH = 120  # characters of a name: systems shorten the whole path, some at 260
UNFIT = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*#%]+')  # what one system or another refuses in a name


class StoreUnreachable(Exception):
    """The system does not answer, or not as it should. Trying again may help."""


class DocumentStore(Protocol):
    """A place for folders and files. Paths are ``/``-separated and made of fit names, relative to its root."""

    def claim(self, folder: str) -> bool:
        """Makes the folder, and those above it; False where it stands already. Of two who ask, one gets it."""

    def write(self, path: str, chunks: Iterable[bytes], size: int) -> None:
        """Puts a file there, whole or not at all, over what an earlier try left. Streams: ``size`` may be large."""

    def read(self, path: str) -> Iterator[bytes]:
        """What stands there, in pieces."""

    def probe(self) -> None:
        """Returns where the root answers and can be written to; raises ``StoreUnreachable`` where not."""


document_stores: Registry[Callable[[SplitResult], DocumentStore]] = Registry("geds")


def configured_store() -> DocumentStore:
    """The system that the operator named."""
    url = urlsplit(settings.GED_URL)
    return document_stores[url.scheme](url)


def safe_file_name(name: str) -> str:
    """``name`` as every system takes it: no slash or control character, no blank or dot at its ends. Pure."""
    plain = UNFIT.sub("-", unicodedata.normalize("NFC", name))
    stem, dot, suffix = plain.strip(" .").rpartition(".")
    stem, suffix = (stem, suffix) if dot and len(suffix) <= 8 else (plain.strip(" ."), "")
    stem = stem[: MAX_NAME_LENGTH - len(suffix) - 1].strip(" .") or "_"
    return f"{stem}.{suffix}" if suffix else stem


def partial_path(path: str) -> str:
    """Where a file lies until it is whole: beside its place, always the same, so that a later try clears it away.

    Pure. Nextcloud takes nothing that ends in ``.part``.
    """
    above, slash, name = path.rpartition("/")
    return f"{above}{slash}.{name[:80]}.unfinished"


def sha256_of(chunks: Iterable[bytes]) -> str:
    """SHA-256 of what passes by, in hexadecimal."""
    found = hashlib.sha256()
    for chunk in chunks:
        found.update(chunk)
    return found.hexdigest()
