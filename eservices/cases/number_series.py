"""Numbers without gaps or doubles: drawn under lock, in the transaction of what bears them."""

from django.utils import timezone

from home.models import CommuneSettings

from .models import NumberSeries


def draw_number(series: str) -> int:
    """The next number of ``series``. Call it inside a transaction: rolled back with it."""
    row, _ = NumberSeries.objects.select_for_update().get_or_create(key=series)
    row.last += 1
    row.save(update_fields=["last"])
    return row.last


def lock_series(series: str) -> None:
    """Keeps everybody else from drawing of ``series`` until the transaction ends."""
    NumberSeries.objects.select_for_update().get_or_create(key=series)


def draw_case_reference(*, rehearsal: bool = False) -> str:
    """A reference for people, such as ORV-26-00412. Rehearsals have a series of their own."""
    year = timezone.localtime().strftime("%y")
    prefix = "TEST" if rehearsal else CommuneSettings.current().reference_prefix
    return f"{prefix}-{year}-{draw_number(f'{prefix}-{year}'):05}"
