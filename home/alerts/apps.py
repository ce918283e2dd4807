from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AlertsConfig(AppConfig):
    name = "home.alerts"
    label = "home_alerts"
    verbose_name = _("alert")

    def ready(self):
        from . import signal_handlers  # noqa: F401
