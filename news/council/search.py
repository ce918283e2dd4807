"""Type of search result for council meetings."""

from django.utils.translation import gettext_lazy as _

from home.search.index import SearchKind, search_kinds

search_kinds.register("meeting")(SearchKind(_("Council"), _("Council"), order=36))
