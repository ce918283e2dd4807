"""The fee schedule, and the accounts of fees."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

from eservices.payments.models import FeePrice, FeeScheduleEntry, PaymentSettings

from ..context import DemoContext

FILE = Path(__file__).parent.parent.parent / "content" / "fr" / "tarif.csv"
TOLD = ("key", "name", "unit", "regulation", "account", "cost_centre")
YEARS = ("2020", "2025")  # years in which the schedule was adopted
QR_IBAN = "CH4431999123000889012"  # the example of the Swiss standard, which is no real account


def build(world: DemoContext) -> None:
    """Create every entry with its former and current prices."""
    with FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            entry = FeeScheduleEntry.objects.create(**{name: row[name] for name in TOLD})
            FeePrice.objects.bulk_create(
                FeePrice(
                    entry=entry,
                    valid_from=date(int(year), 1, 1),
                    amount=int(Decimal(row[year]) * 100),
                    vat=row["vat"],
                )
                for year in YEARS
                if row[year]
            )
    own = PaymentSettings.load()
    own.creditor, own.creditor_iban = "Commune d’Orvenay", QR_IBAN
    own.save()
