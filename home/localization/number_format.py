"""Template filters for amounts and decimals. Template builtins: templates do not load them."""

from django.conf import settings
from django.utils.formats import number_format

NARROW = "\N{NARROW NO-BREAK SPACE}"


def format_amount(minor: int | None, currency: str = "") -> str:
    """Format an amount in minor units as on a price tag: 1500 is “CHF 15.–”. "" for None.

    ``currency``: used instead of the commune's.
    """
    if minor is None:
        return ""
    whole, cents = divmod(abs(int(minor)), 100)
    grouped = f"{whole:,}".replace(",", NARROW)
    sign = "−" if int(minor) < 0 else ""
    return (
        f"{currency or settings.CURRENCY}\N{NO-BREAK SPACE}{sign}{grouped}.{f'{cents:02}' if cents else '–'}"
    )


def format_decimal(number: str) -> str:
    """Format a number stored as text in the active language: “8.1” is “8,1” in French."""
    return number_format(number, use_l10n=True)
