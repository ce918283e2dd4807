"""What search calls news and events."""

from django.utils.translation import gettext_lazy as _

from home.search import Kind, search

search.register("news")(Kind(_("News"), _("News"), order=30))
search.register("event")(Kind(_("Agenda"), _("Agenda"), order=40))
