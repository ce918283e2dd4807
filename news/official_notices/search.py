"""Type of search result for official notices."""

from django.utils.translation import gettext_lazy as _

from home.search.index import SearchKind, search_kinds

search_kinds.register("notice")(SearchKind(_("Official notice"), _("Official notices"), order=35))
