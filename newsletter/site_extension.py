"""The part of the newsletter in the website and its admin."""

from collections.abc import Mapping
from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from eservices.accounts.models import User
from home.extensions.site_points import HomeSection, PlannedPublication, SearchKind, SiteExtension
from home.models import HomePage

from . import consent_wording
from .publication_calendar_entries import planned_campaigns

SEARCH_KINDS = {"letter": SearchKind(_("Letter"), _("Letters"), order=45, in_sitemap=True)}


class NewsletterSiteExtension(SiteExtension):
    """The sign-up on the home page; sent campaigns in search, scheduled ones in the publication calendar."""

    def home_sections(self, request: HttpRequest, page: HomePage) -> Mapping[str, HomeSection]:
        context = {"wording": consent_wording.WORDING}
        return {"newsletter": HomeSection("newsletter/home_block.html", context, order=60)}

    def search_kinds(self) -> Mapping[str, SearchKind]:
        return SEARCH_KINDS

    def planned_publications(self, user: User, start: datetime, end: datetime) -> list[PlannedPublication]:
        return planned_campaigns(user, start, end)
