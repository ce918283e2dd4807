"""Columns of the admin's lists."""

from django.utils import timezone
from wagtail.admin.ui.tables import Column

from ..localization.times import format_short_datetime


class DateTimeColumn(Column):
    """A moment in short, its hour as the language at hand writes it: of what is to come, Wagtail's column of dates says
    “0 minutes ago”."""

    def get_value(self, instance):
        at = super().get_value(instance)
        return format_short_datetime(at and timezone.localtime(at))
