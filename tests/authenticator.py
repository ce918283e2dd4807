"""The app on a telephone that shows one-time codes (RFC 6238), as allauth reckons them."""

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time


def digits(key: str) -> str:
    """What it shows for a key at this moment."""
    _before, now, _after = yield_hotp_counters_from_time()
    return format_hotp_value(hotp_value(key, now))
