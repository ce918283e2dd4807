"""Weekly openings of appointments that the opening hours of the counter cut, in words for editors."""

from datetime import time

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from home.localization.times import format_time

from .bookable_resources import keeps_office_hours, office_hours
from .models import Resource, Timetable


def office_hours_warning(resources: list[Resource]) -> str:
    """Return which weekly openings of appointments lie outside the counter's hours; "" if none does."""
    tables = {one.timetable_id: one.timetable for one in resources if keeps_office_hours(one)}
    office = office_hours() if tables else None
    if office is None:
        return ""
    weekly: dict[int, list[tuple[time, time]]] = {}
    for day, opens, closes in office.weekly:
        weekly.setdefault(day, []).append((opens, closes))
    outside = [cut for table in tables.values() for cut in _outside(table, weekly)]
    if not outside:
        return ""
    text = _("The counter is closed then, and no appointment is offered: %(hours)s.")
    return text % {"hours": "; ".join(dict.fromkeys(outside))}


def _outside(table: Timetable, weekly: dict[int, list[tuple[time, time]]]) -> list[str]:
    return [
        f"{WEEKDAYS[day]} {format_time(block.value['opens'])}–{format_time(block.value['closes'])}"
        for block in table.weekly
        for day in sorted(map(int, block.value["days"]))
        if not any(
            opens <= block.value["opens"] and block.value["closes"] <= closes
            for opens, closes in weekly.get(day, ())
        )
    ]
