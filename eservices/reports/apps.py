from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "eservices.reports"
    label = "eservices_reports"
    verbose_name = _("Problems in town")

    def ready(self):
        from . import signal_handlers  # noqa: F401
