"""What the operator should know before going live."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Tags, Warning, register


@register(Tags.security, "connectors", deploy=True)
def dossiers_leave_this_machine(app_configs, **kwargs):
    if urlsplit(settings.GED_URL).scheme != "webdav":
        return []
    return [
        Warning(
            "Dossiers travel to the document management without encryption.",
            hint="Write GED_URL as webdavs://user:password@host/path.",
            id="connectors.W001",
        )
    ]
