from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeliveriesConfig(AppConfig):
    name = "eservices.deliveries"
    label = "eservices_deliveries"
    verbose_name = _("Deliveries")

    def ready(self):
        from . import (
            checks,  # noqa: F401
            signal_handlers,  # noqa: F401
        )
