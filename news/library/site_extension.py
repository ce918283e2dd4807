"""The part of the library in the website."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from home.extensions.site_points import SearchKind, SiteExtension

SEARCH_KINDS = {"document": SearchKind(_("Document"), _("Documents"), order=37)}


class LibrarySiteExtension(SiteExtension):
    """The kind of search entries."""

    def search_kinds(self) -> Mapping[str, SearchKind]:
        return SEARCH_KINDS
