"""The mailbox of bounces: IMAP, or a Maildir of the commune's mail server."""

import imaplib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

BATCH_SIZE = 500
MAX_BYTES = 1024 * 1024  # bytes read of one message
TIMEOUT = 30


def unread_messages(url: str) -> Iterator[bytes]:
    """Yield unread messages; each is marked as read when the caller asks for the next."""
    found = urlsplit(url)
    return _maildir(found.path) if found.scheme == "maildir" else _imap(found)


def _maildir(path: str) -> Iterator[bytes]:
    """Yield messages; mark each as read by moving it from ``new`` to ``cur`` with the flag "seen"."""
    folder = Path(path)
    for message in sorted((folder / "new").iterdir())[:BATCH_SIZE]:
        with message.open("rb") as content:
            yield content.read(MAX_BYTES)
        message.rename(folder / "cur" / f"{message.name}:2,S")


def _imap(found) -> Iterator[bytes]:
    with _signed_in(found) as server:
        _ok, [numbers] = server.search(None, "UNSEEN")
        for number in numbers.split()[:BATCH_SIZE]:
            _ok, parts = server.fetch(number, f"(BODY.PEEK[]<0.{MAX_BYTES}>)")
            yield next((part[1] for part in parts if isinstance(part, tuple)), b"")
            server.store(number, "+FLAGS", "\\Seen")


@contextmanager
def _signed_in(found):
    kind = imaplib.IMAP4_SSL if found.scheme == "imaps" else imaplib.IMAP4
    port = found.port or (993 if found.scheme == "imaps" else 143)
    with kind(found.hostname, port, timeout=TIMEOUT) as server:
        server.login(unquote(found.username or ""), unquote(found.password or ""))
        server.select(unquote(found.path.strip("/")) or "INBOX")
        yield server
