"""Type of search result for vacancies."""

from django.utils.translation import gettext_lazy as _

from home.search.index import SearchKind, search_kinds

search_kinds.register("job")(SearchKind(_("Job"), _("Jobs"), order=38))
