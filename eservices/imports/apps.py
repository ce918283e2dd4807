from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    name = "eservices.imports"
    label = "eservices_imports"
    verbose_name = _("Imports from spreadsheets")

    def ready(self):
        from . import signal_handlers  # noqa: F401
