import os
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class MySiteConfig(AppConfig):
    name = "mysite"
    verbose_name = _("Project")

    def ready(self):
        from . import checks  # noqa: F401
        from .databases import checks as database_checks  # noqa: F401
        from .object_storage import checks as storage_checks  # noqa: F401

        # Only this user can read the database, private files and logs, whatever folder they are in: the proxy may
        # enter the folder to serve published files. Published files get their own mode (FILE_UPLOAD_PERMISSIONS).
        os.umask(0o077)
        start_monitoring()


def start_monitoring() -> None:
    """Send reports of errors and traces, if servers for them are set."""
    site = urlsplit(settings.WAGTAILADMIN_BASE_URL).netloc
    if settings.ERROR_REPORTS:
        from .monitoring.error_reports import start_error_reports

        start_error_reports(settings.ERROR_REPORTS, site)
    if settings.TRACE_COLLECTOR:
        from .monitoring.tracing import start_tracing

        start_tracing(settings.TRACE_COLLECTOR, site)
