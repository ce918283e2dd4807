"""Type of search result for news."""

from django.utils.translation import gettext_lazy as _

from home.search.index import SearchKind, search_kinds

search_kinds.register("news")(SearchKind(_("News"), _("News"), order=30))
