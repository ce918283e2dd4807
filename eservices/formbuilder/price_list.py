"""Prices of fee schedule entries on a day."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import date

from home.extensions.base import extensions

from .definition import FeeDefinition, FormDefinition
from .extension_points import FormExtension, Price, PriceList

# The keys to read at once, and the prices that were read, by day.
_read_once: ContextVar[tuple[set[str], dict[date, dict[str, Price]]] | None] = ContextVar(
    "prices_read_once", default=None
)


@contextmanager
def prices_read_once(keys: Collection[str]) -> Iterator[None]:
    """Read the prices of these entries at once when the block asks for the first of them."""
    token = _read_once.set((set(keys), {}))
    try:
        yield
    finally:
        _read_once.reset(token)


def price_entries() -> list[tuple[str, str]]:
    """Return key and name of every entry to which a fee may refer."""
    return [entry for schedule in _price_lists() for entry in schedule.entries()]


def with_prices(definition: FormDefinition, day: date) -> FormDefinition:
    """Return the form with the prices of ``day`` in those fees that refer to the schedule and have none yet."""
    wanted = {fee.entry for fee in definition.fees if not fee.has_price}
    if not wanted:
        return definition
    found = prices_on(wanted, day)
    return definition.at_prices(tuple(_priced(fee, found.get(fee.entry)) for fee in definition.fees))


def prices_on(keys: Collection[str], day: date) -> dict[str, Price]:
    """Return the prices of some entries on ``day``; an entry without a price then is left out."""
    known = _read_once.get()
    if known is None or not known[0].issuperset(keys):
        return _prices(keys, day)
    together, read = known
    if day not in read:
        read[day] = _prices(together, day)
    return {key: read[day][key] for key in keys if key in read[day]}


def _prices(keys: Collection[str], day: date) -> dict[str, Price]:
    return {key: price for one in _price_lists() for key, price in one.prices(keys, day).items()}


def _price_lists() -> list[PriceList]:
    return [found for one in extensions(FormExtension) if (found := one.price_list())]


def _priced(fee: FeeDefinition, price: Price | None) -> FeeDefinition:
    if price is None or fee.has_price:
        return fee
    return replace(fee, amount=price.amount, vat=price.vat, since=price.since.isoformat())
