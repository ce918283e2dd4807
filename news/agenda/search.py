"""Type of search result for events."""

from django.utils.translation import gettext_lazy as _

from home.search.index import SearchKind, search_kinds

search_kinds.register("event")(SearchKind(_("Agenda"), _("Agenda"), order=40))
