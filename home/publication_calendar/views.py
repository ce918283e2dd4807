"""Admin view of the publication calendar."""

from datetime import datetime, time
from itertools import groupby

from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from ..extensions.base import extensions
from ..extensions.site_points import SiteExtension
from . import month_grid


class PublicationCalendarView(WagtailAdminTemplateMixin, TemplateView):
    """A month as a table and as a list."""

    template_name = "home/publication_calendar/calendar.html"
    page_title = gettext_lazy("Publication calendar")
    header_icon = "calendar"

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs):
        today = timezone.localdate()
        first = month_grid.parse_month(self.request.GET.get("month", ""), today)
        days = planned_by_day(self.request.user, first)
        return super().get_context_data(
            first=first,
            today=today,
            before=month_grid.previous_month(first),
            after=month_grid.next_month(first),
            weeks=month_grid.month_weeks(first, days),
            days=sorted(days.items()),
            **kwargs,
        )


def planned_by_day(user, first) -> dict:
    """Return the scheduled events of a month by day."""
    start, end = (
        timezone.make_aware(datetime.combine(day, time())) for day in (first, month_grid.next_month(first))
    )
    offers = (one.planned_publications(user, start, end) for one in extensions(SiteExtension))
    found = [entry for offer in offers for entry in offer]
    found.sort(key=lambda entry: (entry.at, entry.title))
    return {day: list(entries) for day, entries in groupby(found, lambda one: timezone.localdate(one.at))}
