from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MySiteConfig(AppConfig):
    name = "mysite"
    verbose_name = _("Project")

    def ready(self):
        from . import checks  # noqa: F401
