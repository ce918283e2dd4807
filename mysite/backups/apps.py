from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BackupsConfig(AppConfig):
    name = "mysite.backups"
    label = "mysite_backups"
    verbose_name = _("Backups")

    def ready(self):
        from . import checks  # noqa: F401
