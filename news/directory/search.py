"""Type of search result for directory entries."""

from django.utils.translation import gettext_lazy as _

from home.search.index import SearchKind, search_kinds

search_kinds.register("directory")(
    SearchKind(_("Association or company"), _("Associations and companies"), order=45)
)
