"""Numbers without gaps or duplicates, drawn under lock in the transaction of the row that gets the number."""

from django.utils import timezone

from home.models import CommuneSettings

from .models import NumberSeries


def draw_number(series: str) -> int:
    """Return the next number of ``series``. Must run in a transaction, whose rollback also returns the number."""
    row, _ = NumberSeries.objects.select_for_update().get_or_create(key=series)
    row.last += 1
    row.save(update_fields=["last"])
    return row.last


def lock_series(series: str) -> None:
    """Prevent other transactions from drawing a number of ``series`` until this one ends."""
    NumberSeries.objects.select_for_update().get_or_create(key=series)


def draw_case_reference(*, rehearsal: bool = False) -> str:
    """Draw the next case reference, such as ORV-26-00412. Rehearsals have their own series."""
    year = timezone.localtime().strftime("%y")
    prefix = "TEST" if rehearsal else CommuneSettings.current().reference_prefix
    return f"{prefix}-{year}-{draw_number(f'{prefix}-{year}'):05}"
