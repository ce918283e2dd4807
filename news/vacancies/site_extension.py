"""The part of vacancies in the website."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from home.extensions.site_points import SearchKind, SiteExtension

SEARCH_KINDS = {"job": SearchKind(_("Job"), _("Jobs"), order=38)}


class VacancySiteExtension(SiteExtension):
    """The kind of search entries."""

    def search_kinds(self) -> Mapping[str, SearchKind]:
        return SEARCH_KINDS
