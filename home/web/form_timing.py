"""Whether a form came back faster than a person reads it. The stamp is signed and tells nothing of anybody."""

from django.core import signing

signer = signing.TimestampSigner(salt="home.opened")


def sign_opening_time() -> str:
    """When a page was opened, signed."""
    return signer.sign("opened")


def is_submitted_too_fast(stamp: str, least: int) -> bool:
    """Whether the page was opened less than ``least`` seconds ago, or never."""
    try:
        signer.unsign(stamp)
    except signing.BadSignature:
        return True
    try:
        signer.unsign(stamp, max_age=max(least - 1, 0))
    except signing.SignatureExpired:
        return False
    return least > 0
