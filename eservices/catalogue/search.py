"""Search labels of services: home.search.index knows the key "service"."""

from django.utils.translation import gettext_lazy as _

from home.search.index import SearchKind, search_kinds

search_kinds.register("service")(SearchKind(_("Online service"), _("Services"), order=10))
