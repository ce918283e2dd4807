"""The part of the directory in the website."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from home.extensions.site_points import SearchKind, SiteExtension

SEARCH_KINDS = {
    "directory": SearchKind(_("Association or company"), _("Associations and companies"), order=45)
}


class DirectorySiteExtension(SiteExtension):
    """The kind of search entries."""

    def search_kinds(self) -> Mapping[str, SearchKind]:
        return SEARCH_KINDS
