"""Columns of the admin's lists."""

from django.utils import timezone
from wagtail.admin.ui.tables import Column

from ..localization.times import format_short_datetime


class DateTimeColumn(Column):
    """Short date and time in the active language.

    Wagtail's date column shows “0 minutes ago” for times in the future.
    """

    def get_value(self, instance):
        at = super().get_value(instance)
        return format_short_datetime(at and timezone.localtime(at))
