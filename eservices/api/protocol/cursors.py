"""Opaque cursors: where a list goes on, signed so that no program can make up its own."""

from typing import Any

from django.core import signing

from .problems import Problem

SALT = "eservices.api.cursor"
LONGEST = 500  # characters


def write_cursor(kind: str, token: int, place: list[Any]) -> str:
    """Return the cursor of a place in a list. It is good for one list and one token."""
    # Without a time, so that an unchanged list keeps its entity tag.
    return signing.Signer(salt=SALT).sign_object([kind, token, place])


def read_cursor(kind: str, token: int, cursor: str) -> list[Any]:
    """Return the place. Raise ``Problem`` 400 if the cursor is forged, or of another list or token."""
    try:
        if len(cursor) > LONGEST:
            raise signing.BadSignature
        found_kind, found_token, place = signing.Signer(salt=SALT).unsign_object(cursor)
    except (signing.BadSignature, ValueError, TypeError):
        raise Problem(400, "The cursor is not one that this list returned.") from None
    if (found_kind, found_token) != (kind, token):
        raise Problem(400, "The cursor is not one that this list returned.")
    return list(place)
