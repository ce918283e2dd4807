"""Entries of the publication calendar: articles, on their date."""

from datetime import date, datetime, time

from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.models import User
from home.extensions.site_points import PlannedPublication
from home.publication_calendar.entries import MAX_ENTRIES, page_edit_url

from .models import NewsPage


def planned_news(user: User, start: datetime, end: datetime) -> list[PlannedPublication]:
    days = timezone.localdate(start), timezone.localdate(end)
    found = NewsPage.objects.filter(live=True, date__gte=days[0], date__lt=days[1]).order_by("date", "pk")
    rows = found.values_list("date", "title", "pk")[:MAX_ENTRIES]
    return [
        PlannedPublication(_morning(day), _("News"), title, page_edit_url(key), "doc-full", whole_day=True)
        for day, title, key in rows
    ]


def _morning(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
