"""The part of bundles in the admin."""

from datetime import datetime

from eservices.accounts.models import User

from ..extensions.site_points import PlannedPublication, SiteExtension
from .publication_calendar_entries import scheduled_bundles


class BundleSiteExtension(SiteExtension):
    """Bundles in the publication calendar."""

    def planned_publications(self, user: User, start: datetime, end: datetime) -> list[PlannedPublication]:
        return scheduled_bundles(user, start, end)
