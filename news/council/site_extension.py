"""The part of council meetings in the website."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from home.extensions.site_points import SearchKind, SiteExtension

SEARCH_KINDS = {"meeting": SearchKind(_("Council"), _("Council"), order=36)}


class CouncilSiteExtension(SiteExtension):
    """The kind of search entries."""

    def search_kinds(self) -> Mapping[str, SearchKind]:
        return SEARCH_KINDS
