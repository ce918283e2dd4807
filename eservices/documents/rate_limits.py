"""How often one address may ask about documents."""

from home.web import rate_limits
from home.web.rate_limits import RateLimit

MINUTE = 60
MISSES = 30  # a minute
CODES = RateLimit("verify-code", 120, 10 * MINUTE)  # a verdict tells something of people
FILES = RateLimit("verify-file", 6, MINUTE)
PLATES = RateLimit("plates", 60, 10 * MINUTE)


def too_many_codes(request) -> bool:
    """Whether the caller guesses codes, or verifies more documents than anybody is shown; counts this one."""
    guesses = rate_limits.counter_value("verify", rate_limits.client_address(request)) >= MISSES
    return guesses or not CODES.allows(rate_limits.client_address(request))


def count_unknown_code(request) -> None:
    rate_limits.increment_counter("verify", rate_limits.client_address(request), MINUTE)


def is_file_limit_reached(request) -> bool:
    """Whether the caller shows more files than somebody who verifies some; counts this one."""
    return not FILES.allows(rate_limits.client_address(request))


def is_plate_limit_reached(request) -> bool:
    """Whether an inspector looks up more plates than a street has; counts this one."""
    return not PLATES.allows(str(request.user.pk))
