from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegisterConfig(AppConfig):
    name = "eservices.register"
    label = "eservices_register"
    verbose_name = _("Register")

    def ready(self):
        from . import (
            checks,  # noqa: F401
            signal_handlers,  # noqa: F401
        )
