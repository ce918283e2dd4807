"""Entries of the publication calendar: alerts that begin or end."""

from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from eservices.accounts.models import User

from ..extensions.site_points import PlannedPublication
from ..publication_calendar.entries import MAX_ENTRIES
from .models import Alert


def scheduled_alerts(user: User, start: datetime, end: datetime) -> list[PlannedPublication]:
    """Return the alerts that begin or end in the span, planned or past."""
    if not user.has_perm("home_alerts.change_alert"):
        return []
    within = [
        Q(**{f"{name}__gte": start, f"{name}__lt": end})
        for name in ("go_live_at", "expire_at", "began_at", "ended_at")
    ]
    found = []
    for alert in Alert.objects.filter(reduce(or_, within)).order_by("pk")[:MAX_ENTRIES]:
        url = reverse(Alert.snippet_viewset.get_url_name("edit"), args=[alert.pk])
        begins = alert.began_at or alert.go_live_at
        moments = [
            (begins, _("Alert begins"), "warning"),
            (alert.over_at, _("Alert ends"), "circle-check"),
        ]
        found += [
            PlannedPublication(at, what, str(alert), url, icon)
            for at, what, icon in moments
            if at and start <= at < end
        ]
    return found
