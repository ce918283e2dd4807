from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FormBuilderConfig(AppConfig):
    name = "eservices.formbuilder"
    label = "eservices_formbuilder"
    verbose_name = _("Form builder")

    def ready(self):
        from . import signal_handlers  # noqa: F401
