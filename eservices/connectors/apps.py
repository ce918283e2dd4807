from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConnectorsConfig(AppConfig):
    name = "eservices.connectors"
    label = "eservices_connectors"
    verbose_name = _("Connectors")

    def ready(self):
        from . import (
            checks,  # noqa: F401
            signal_handlers,  # noqa: F401
        )
