"""The fee schedule as the price list of forms."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.utils import timezone

from eservices.formbuilder.extension_points import Price
from home.caching.site_version import cached_per_version

from .models import FeePrice, FeeScheduleEntry


class FeeSchedule:
    """Price list of the fee schedule, which editors maintain."""

    def entries(self) -> list[tuple[str, str]]:
        return list(FeeScheduleEntry.objects.values_list("key", "name"))

    def prices(self, keys: Collection[str], day: date) -> dict[str, Price]:
        begun = FeePrice.objects.filter(entry__key__in=keys, valid_from__lte=day).order_by("valid_from")
        rows = begun.values_list("entry__key", "amount", "vat", "valid_from")
        # The latest price of an entry wins.
        return {key: Price(amount, vat, since) for key, amount, vat, since in rows}


def entry_prices_today() -> dict[str, dict[str, Any]]:
    """Return name, unit and price of each entry today, for pages. Cached per site version."""
    return cached_per_version(f"fees-{timezone.localdate()}", _current_prices)


def _current_prices() -> dict[str, dict[str, Any]]:
    prices = FeePrice.objects.filter(valid_from__lte=timezone.localdate()).select_related("entry")
    return {  # the latest price of an entry wins
        price.entry.key: {"name": price.entry.name, "unit": price.entry.unit, "amount": price.amount}
        for price in prices.order_by("valid_from")
    }
