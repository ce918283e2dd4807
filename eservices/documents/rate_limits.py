"""Rate limits of verification and plate checks."""

from home.web import rate_limits
from home.web.rate_limits import RateLimit

MINUTE = 60
MISSES = 30  # per minute
CODES = RateLimit("verify-code", 120, 10 * MINUTE)  # limited, because a result reveals something about people
FILES = RateLimit("verify-file", 6, MINUTE)
PLATES = RateLimit("plates", 60, 10 * MINUTE)


def too_many_codes(request) -> bool:
    """Return whether the client guesses codes, or verifies too many documents; counts this request."""
    guesses = rate_limits.counter_value("verify", rate_limits.client_address(request)) >= MISSES
    return guesses or not CODES.allows(rate_limits.client_address(request))


def count_unknown_code(request) -> None:
    rate_limits.increment_counter("verify", rate_limits.client_address(request), MINUTE)


def is_file_limit_reached(request) -> bool:
    """Return whether the client verifies too many files; counts this request."""
    return not FILES.allows(rate_limits.client_address(request))


def is_plate_limit_reached(request) -> bool:
    """Return whether an inspector looks up too many plates; counts this request."""
    return not PLATES.allows(str(request.user.pk))
