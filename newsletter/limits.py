"""How often the newsletter may be asked for. Counted in the cache, under digests: no address is kept."""

from django.core.cache import cache
from django.utils.crypto import salted_hmac

HOUR = 60 * 60
PER_EMAIL = 3  # letters an hour that a stranger can make us send to one address
PER_CLIENT = 30  # an office or a school asks from one network address


def email_allowed(email: str) -> bool:
    return _allowed("newsletter-email", email.strip().lower(), PER_EMAIL)


def client_allowed(request) -> bool:
    return _allowed("newsletter-client", request.META.get("REMOTE_ADDR", ""), PER_CLIENT)


def _allowed(kind: str, value: str, limit: int) -> bool:
    key = f"{kind}:{salted_hmac(kind, value, algorithm='sha256').hexdigest()}"
    cache.add(key, 0, HOUR)
    try:
        return cache.incr(key) <= limit
    except ValueError:  # the hour ended between the two calls
        return True
