"""Hashes that chain the events of the audit log, and their verification. Pure.

The hash of an event covers its facts, the digest of its payload and the previous hash. The digest is salted, so that
an erased payload cannot be guessed from it. Erasing payload and salt leaves the chain intact.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True)
class ChainLink:
    """The data of an event that the chain covers. ``salt`` is empty after the payload was erased."""

    case: str
    number: int
    kind: str
    actor_kind: str
    actor: int | None
    at: datetime
    payload: dict[str, Any]
    salt: str
    payload_digest: str
    hash: str


def payload_digest(salt: str, payload: dict[str, Any]) -> str:
    """Return the SHA-256 of salt and payload."""
    return _sha256([salt, payload])


def link_hash(link: ChainLink, previous: str) -> str:
    """Return the hash that ``link`` must have after the hash ``previous`` ("" for the first event)."""
    at = link.at.astimezone(UTC).isoformat()
    facts = [link.case, link.number, link.kind, link.actor_kind, link.actor, at, link.payload_digest]
    return _sha256([previous, *facts])


def anchor_hash(key: str, previous: str, number: int, at: datetime, heads: dict[str, Any]) -> str:
    """Return the keyed hash (HMAC-SHA256) of an anchor over the last hashes of the chains that grew.

    The database does not contain the key, so access to the database is not enough to forge an anchor.
    """
    facts = _canonical([previous, number, at.astimezone(UTC).isoformat(), heads])
    return hmac.new(key.encode(), facts, hashlib.sha256).hexdigest()


def chain_errors(links: Iterable[ChainLink]) -> Iterator[str]:
    """Yield the errors in the chain of one case, in the order of its events; nothing if it is intact."""
    previous, expected = "", 1
    for link in links:
        if link.number != expected:
            yield f"event {expected} is missing"
        if link.hash != link_hash(link, previous):
            yield f"event {link.number} or what stood before it was changed"
        if (link.salt or link.payload) and link.payload_digest != payload_digest(link.salt, link.payload):
            yield f"the payload of event {link.number} was changed"
        previous, expected = link.hash, link.number + 1
    if expected == 1:
        yield "all events are missing"


def _sha256(values: list[Any]) -> str:
    return hashlib.sha256(_canonical(values)).hexdigest()


def _canonical(values: list[Any]) -> bytes:
    canonical = json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return canonical.encode("utf-8", "surrogatepass")
