"""Recognition of participants: the owner of an e-mail address, by account or by e-mailed link.

After the link, a signed cookie identifies the owner for twelve hours at most. Only the views of participation read
it; cached pages are the same for everybody.
"""

from urllib.parse import quote, unquote

from django.utils.crypto import salted_hmac

from home.web.rate_limits import normalize_mailbox

COOKIE = "participation"
SALT = "participation.address"
RECOGNISED_FOR = 12 * 60 * 60  # seconds


def recognized_address(request) -> str:
    """Return the verified address of the request's participant; "" if there is none."""
    if request.user.is_authenticated:
        return request.user.email
    return unquote(request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=RECOGNISED_FOR))


def remember_participant(request, response, email: str) -> None:
    """Set the cookie that identifies the owner of the address: until the browser closes, twelve hours at most."""
    told = quote(email, safe="@")  # the domain may be in any script, a header is not
    response.set_signed_cookie(
        COOKIE, told, salt=SALT, httponly=True, samesite="Lax", secure=request.is_secure()
    )


def clear_participant(response) -> None:
    response.delete_cookie(COOKIE, samesite="Lax")


def participant_digest(scope: str, email: str) -> str:
    """Return a hash that distinguishes persons within ``scope``.

    It does not reveal who they are or what else they took part in.
    """
    return salted_hmac(f"participation-{scope}", normalize_mailbox(email), algorithm="sha256").hexdigest()
