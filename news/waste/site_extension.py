"""The part of waste collections in the website."""

from datetime import datetime

from django.http import HttpRequest

from home.extensions.site_points import SiteExtension, TodayItem
from home.models import HomePage

from .collections_today import waste_collections


class WasteSiteExtension(SiteExtension):
    """Collections in the band “today”."""

    def today_items(self, request: HttpRequest, page: HomePage, now: datetime) -> list[TodayItem]:
        return waste_collections(request, page, now)
