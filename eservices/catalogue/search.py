"""What search calls services: home.search knows the key "service"."""

from django.utils.translation import gettext_lazy as _

from home.search import Kind, search

search.register("service")(Kind(_("Online service"), _("Services"), order=10))
