"""How often one address may ask about documents."""

from home import limits

MISSES, SECONDS = 30, 60


def too_many(request) -> bool:
    """Whether the caller asked for so many unknown codes that it must be guessing."""
    return limits.counted("verify", limits.caller(request)) >= MISSES


def count_miss(request) -> None:
    limits.count("verify", limits.caller(request), SECONDS)
