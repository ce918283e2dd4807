"""What search calls what stands here."""

from django.utils.translation import gettext_lazy as _

from home.search.index import SearchKind, search_kinds

search_kinds.register("meeting")(SearchKind(_("Council"), _("Council"), order=36))
