"""The part of official notices in the website."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from home.extensions.site_points import SearchKind, SiteExtension

SEARCH_KINDS = {"notice": SearchKind(_("Official notice"), _("Official notices"), order=35)}


class OfficialNoticeSiteExtension(SiteExtension):
    """The kind of search entries."""

    def search_kinds(self) -> Mapping[str, SearchKind]:
        return SEARCH_KINDS
