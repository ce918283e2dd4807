"""Prices of fee schedule entries on a day. The app with the schedule registers it in a module of this name."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from home.extensions.registry import Registry

from .definition import FeeDefinition, FormDefinition


@dataclass(frozen=True)
class Price:
    """An amount in minor units with its value-added tax in per cent ("" outside its scope), and its first day."""

    amount: int
    vat: str
    since: date


class PriceList(Protocol):
    """A dated list of prices."""

    def entries(self) -> list[tuple[str, str]]:
        """Return key and name of every entry to which a fee may refer, for editors to choose from."""

    def prices(self, keys: Collection[str], day: date) -> Mapping[str, Price]:
        """Return the prices on ``day``; an entry without a price then is left out."""


price_lists: Registry[PriceList] = Registry("prices")


def price_entries() -> list[tuple[str, str]]:
    """Return key and name of every entry to which a fee may refer."""
    return [entry for schedule in price_lists for entry in schedule.entries()]


def with_prices(definition: FormDefinition, day: date) -> FormDefinition:
    """Return the form with the prices of ``day`` in those fees that refer to the schedule and have none yet."""
    wanted = {fee.entry for fee in definition.fees if not fee.has_price}
    if not wanted:
        return definition
    found = {key: price for one in price_lists for key, price in one.prices(wanted, day).items()}
    return definition.at_prices(tuple(_priced(fee, found.get(fee.entry)) for fee in definition.fees))


def _priced(fee: FeeDefinition, price: Price | None) -> FeeDefinition:
    if price is None or fee.has_price:
        return fee
    return replace(fee, amount=price.amount, vat=price.vat, since=price.since.isoformat())
