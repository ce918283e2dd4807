"""Words of the site's templates. Built in: no template needs to load them."""

from django.conf import settings
from django.utils.formats import number_format

NARROW = "\N{NARROW NO-BREAK SPACE}"


def format_amount(minor: int | None, currency: str = "") -> str:
    """An amount in minor units as written on a price tag: 1500 is “CHF 15.–”; in ``currency`` where it is another."""
    if minor is None:
        return ""
    whole, cents = divmod(abs(int(minor)), 100)
    grouped = f"{whole:,}".replace(",", NARROW)
    sign = "−" if int(minor) < 0 else ""
    return (
        f"{currency or settings.CURRENCY}\N{NO-BREAK SPACE}{sign}{grouped}.{f'{cents:02}' if cents else '–'}"
    )


def format_decimal(number: str) -> str:
    """A number kept as text, as the language at hand writes it: “8.1” is “8,1” in French."""
    return number_format(number, use_l10n=True)
