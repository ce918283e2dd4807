"""Entries of the publication calendar: campaigns that are scheduled."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from eservices.accounts.models import User
from home.extensions.site_points import PlannedPublication
from home.publication_calendar.entries import MAX_ENTRIES

from .models import Campaign, Mailing
from .states import MailingState


def planned_campaigns(user: User, start: datetime, end: datetime) -> list[PlannedPublication]:
    if not user.has_perm("newsletter.change_campaign"):
        return []
    going = Mailing.objects.exclude(state=MailingState.CANCELLED).filter(due_at__gte=start, due_at__lt=end)
    name = Campaign.snippet_viewset.get_url_name("edit")
    rows = going.order_by("due_at").values_list("due_at", "campaign__title", "campaign")[:MAX_ENTRIES]
    return [
        PlannedPublication(at, _("Campaign"), title, reverse(name, args=[key]), "mail")
        for at, title, key in rows
    ]
