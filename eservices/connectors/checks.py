"""What the operator should know before going live."""

from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Tags, Warning, register

from home.faults import fault_of
from home.folders import closed

from .ged import current


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


@register(Tags.security, "connectors", deploy=True)
def dossiers_arrive(app_configs, **kwargs):
    """Whether the document management takes something; a folder is made with its first dossier."""
    url = urlsplit(settings.GED_URL)
    if url.scheme == "directory":
        there = closed(Path(url.path))
        fault = there and f"{there} cannot be written"
    else:
        fault = fault_of(lambda: current().probe())
    if not fault:
        return []
    return [
        Warning(
            f"No dossier can be filed: {fault}.",
            hint="What it does not take waits in the outbox. See GED_URL in docs/operations.md.",
            id="connectors.W002",
        )
    ]
