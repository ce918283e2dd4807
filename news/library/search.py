"""Type of search result for documents of the library."""

from django.utils.translation import gettext_lazy as _

from home.search.index import SearchKind, search_kinds

search_kinds.register("document")(SearchKind(_("Document"), _("Documents"), order=37))
