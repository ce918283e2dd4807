"""Detection of forms that are submitted too fast for a person. The stamp is signed and contains no personal data."""

import time

from django.core import signing


def _signer() -> signing.TimestampSigner:
    # With the key of now: a process of a host begins without one and then becomes a commune's.
    return signing.TimestampSigner(salt="home.opened")


def sign_opening_time() -> str:
    """Return the current time as a signed stamp."""
    return _signer().sign("opened")


def is_submitted_too_fast(stamp: str, least: int) -> bool:
    """Return whether the stamp is less than ``least`` seconds old, missing or invalid.

    If it is of the future, the clock went back.
    """
    try:
        _signer().unsign(stamp)
    except signing.BadSignature:
        return True
    age = time.time() - signing.b62_decode(stamp.rsplit(_signer().sep, 2)[1])
    return 0 <= age <= least - 1
