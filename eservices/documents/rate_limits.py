"""Rate limits of verification and plate checks."""

from home.web.rate_limits import RateLimit, client_address

MINUTE = 60
MISSES = RateLimit("verify", 30, MINUTE)  # unknown codes
CODES = RateLimit("verify-code", 120, 10 * MINUTE)  # limited, because a result reveals something about people
FILES = RateLimit("verify-file", 6, MINUTE)
PLATES = RateLimit("plates", 60, 10 * MINUTE)


def too_many_codes(request) -> bool:
    """Return whether the client guesses codes, or verifies too many documents; counts this request."""
    return MISSES.is_reached(client_address(request)) or not CODES.allows_client(request)


def count_unknown_code(request) -> None:
    MISSES.increment(client_address(request))


def is_file_limit_reached(request) -> bool:
    """Return whether the client verifies too many files; counts this request."""
    return not FILES.allows_client(request)


def is_plate_limit_reached(request) -> bool:
    """Return whether an inspector looks up too many plates; counts this request."""
    return not PLATES.allows(str(request.user.pk))
