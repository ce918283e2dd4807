"""What entries of the fee schedule cost on a day, as told by the app that keeps it, in a file of this name."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from home.extensions.registry import Registry

from .definition import FeeDefinition, FormDefinition


@dataclass(frozen=True)
class Price:
    """An amount in minor units, the value-added tax in it in per cent ("" outside its scope), since when it holds."""

    amount: int
    vat: str
    since: date


class PriceList(Protocol):
    """A dated list of prices."""

    def entries(self) -> list[tuple[str, str]]:
        """Key and name of everything that a fee may refer to, for editors to choose from."""

    def prices(self, keys: Collection[str], day: date) -> Mapping[str, Price]:
        """What holds on ``day``; an entry without a price then is left out."""


price_lists: Registry[PriceList] = Registry("prices")


def price_entries() -> list[tuple[str, str]]:
    """Everything that a fee may refer to, by key."""
    return [entry for schedule in price_lists for entry in schedule.entries()]


def with_prices(definition: FormDefinition, day: date) -> FormDefinition:
    """The form with the prices of ``day`` in those of its fees that refer to the schedule and have none yet."""
    wanted = {fee.entry for fee in definition.fees if not fee.has_price}
    if not wanted:
        return definition
    found = {key: price for one in price_lists for key, price in one.prices(wanted, day).items()}
    return definition.at_prices(tuple(_priced(fee, found.get(fee.entry)) for fee in definition.fees))


def _priced(fee: FeeDefinition, price: Price | None) -> FeeDefinition:
    if price is None or fee.has_price:
        return fee
    return replace(fee, amount=price.amount, vat=price.vat, since=price.since.isoformat())
