from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogueConfig(AppConfig):
    name = "eservices.catalogue"
    label = "eservices_catalogue"
    verbose_name = _("Online services")

    def ready(self):
        from . import signal_handlers  # noqa: F401
