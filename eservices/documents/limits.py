"""How often one address may ask about documents."""

from home import limits

MISSES, FILES, SECONDS = 30, 6, 60
PLATES, PLATES_SECONDS = 60, 10 * 60


def too_many(request) -> bool:
    """Whether the caller asked for so many unknown codes that it must be guessing."""
    return limits.counted("verify", limits.caller(request)) >= MISSES


def count_miss(request) -> None:
    limits.count("verify", limits.caller(request), SECONDS)


def too_many_files(request) -> bool:
    """Whether the caller shows more files than somebody who verifies some; counts this one."""
    return limits.count("verify-file", limits.caller(request), SECONDS) > FILES


def too_many_plates(request) -> bool:
    """Whether an inspector looks up more plates than a street has; counts this one."""
    return limits.count("plates", str(request.user.pk), PLATES_SECONDS) > PLATES
