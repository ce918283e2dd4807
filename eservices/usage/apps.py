from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UsageConfig(AppConfig):
    name = "eservices.usage"
    label = "eservices_usage"
    verbose_name = _("Usage")

    def ready(self):
        from . import signal_handlers  # noqa: F401
