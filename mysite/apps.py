import os

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MySiteConfig(AppConfig):
    name = "mysite"
    verbose_name = _("Project")

    def ready(self):
        from . import checks  # noqa: F401

        # The database, dossiers and logs are ours alone, whatever folder they lie in: the proxy may enter it to serve
        # what is published. Published files get their own mode (FILE_UPLOAD_PERMISSIONS).
        os.umask(0o077)
