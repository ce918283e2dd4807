"""Entries of the publication calendar: bundles that are scheduled."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from eservices.accounts.models import User

from ..extensions.site_points import PlannedPublication
from ..publication_calendar.entries import MAX_ENTRIES
from .models import Bundle


def scheduled_bundles(user: User, start: datetime, end: datetime) -> list[PlannedPublication]:
    if not user.has_perm("home_bundles.change_bundle"):
        return []
    out = Bundle.objects.filter(state=Bundle.State.SCHEDULED, publish_at__gte=start, publish_at__lt=end)
    rows = out.order_by("publish_at").values_list("publish_at", "title", "pk")
    return [
        PlannedPublication(
            at, _("Publication of a bundle"), title, reverse("bundle", args=[key]), "folder-open-inverse"
        )
        for at, title, key in rows[:MAX_ENTRIES]
    ]
