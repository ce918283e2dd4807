"""Who takes part: whoever owns an e-mail address, by their account or by a mailed link.

Whoever proved an address is recognised for twelve hours at most by a signed cookie that only the views of
participation read; pages that everybody shares know nobody.
"""

from urllib.parse import quote, unquote

from django.utils.crypto import salted_hmac

from home.web.rate_limits import normalize_mailbox

COOKIE = "participation"
SALT = "participation.address"
RECOGNISED_FOR = 12 * 60 * 60  # seconds at most


def recognized_address(request) -> str:
    """The address that is proven to be of who asks; empty where none is."""
    if request.user.is_authenticated:
        return request.user.email
    return unquote(request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=RECOGNISED_FOR))


def remember_participant(request, response, email: str) -> None:
    """Recognises the owner of the address until the browser is closed, and for twelve hours at most."""
    told = quote(email, safe="@")  # a host may be written in any script, and a header in one only
    response.set_signed_cookie(
        COOKIE, told, salt=SALT, httponly=True, samesite="Lax", secure=request.is_secure()
    )


def clear_participant(response) -> None:
    response.delete_cookie(COOKIE, samesite="Lax")


def participant_digest(scope: str, email: str) -> str:
    """What tells one person from another within ``scope``, and nobody who it is or what else they took part in."""
    return salted_hmac(f"participation-{scope}", normalize_mailbox(email), algorithm="sha256").hexdigest()
