"""How often one address may ask about documents."""

from home import limits
from home.limits import Rate

MINUTE = 60
MISSES = 30  # a minute
CODES = Rate("verify-code", 120, 10 * MINUTE)  # a verdict tells something of people
FILES = Rate("verify-file", 6, MINUTE)
PLATES = Rate("plates", 60, 10 * MINUTE)


def too_many_codes(request) -> bool:
    """Whether the caller guesses codes, or verifies more documents than anybody is shown; counts this one."""
    guesses = limits.counted("verify", limits.caller(request)) >= MISSES
    return guesses or not CODES.allows(limits.caller(request))


def count_miss(request) -> None:
    limits.count("verify", limits.caller(request), MINUTE)


def too_many_files(request) -> bool:
    """Whether the caller shows more files than somebody who verifies some; counts this one."""
    return not FILES.allows(limits.caller(request))


def too_many_plates(request) -> bool:
    """Whether an inspector looks up more plates than a street has; counts this one."""
    return not PLATES.allows(str(request.user.pk))
