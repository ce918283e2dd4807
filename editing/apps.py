from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EditingConfig(AppConfig):
    name = "editing"
    verbose_name = _("Editing")

    def ready(self):
        from . import receivers, redirects  # noqa: F401

        redirects.make_those_that_fit()
