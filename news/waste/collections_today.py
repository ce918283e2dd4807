"""Waste collections in the “today” band."""

from datetime import timedelta

from django.utils.translation import gettext as _

from home.extensions.site_points import TodayItem
from home.localization.times import format_time

from .models import WasteCollection


def waste_collections(request, page, now) -> list[TodayItem]:
    """Return the collections of tomorrow, else those of today that can still be put out."""
    day, remark = now.date(), _("To be put out before {hour}")
    rounds = WasteCollection.rounds(page.locale.language_code)
    for key, date in ((_("Tomorrow"), day + timedelta(days=1)), (_("Today"), day)):
        due = [one for one in rounds if one.comes_on(date)]
        due = [one for one in due if date > day or now.time() < one.out_before]
        if due:
            names = _(" and ").join(f"{one.title} ({one.place})" if one.place else one.title for one in due)
            return [TodayItem(key, names, remark.format(hour=format_time(due[0].out_before)), order=30)]
    return []
