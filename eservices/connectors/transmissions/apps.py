from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TransmissionsConfig(AppConfig):
    name = "eservices.connectors.transmissions"
    label = "eservices_transmissions"
    verbose_name = _("Transmissions")

    def ready(self):
        from . import signal_handlers  # noqa: F401
