from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebhooksConfig(AppConfig):
    name = "eservices.connectors.webhooks"
    label = "eservices_webhooks"
    verbose_name = _("Webhooks")

    def ready(self):
        from . import signal_handlers  # noqa: F401
