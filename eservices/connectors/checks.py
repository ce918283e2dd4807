"""System checks of the document store, for the operator."""

from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Tags, Warning, register

from home.files.writable_folders import find_unwritable
from home.web.error_messages import error_message_of

from .document_store import configured_store


@register(Tags.security, "connectors", deploy=True)
def check_remote_store(app_configs, **kwargs):
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
def check_store_accepts(app_configs, **kwargs):
    """Check that the document store is writable. A folder on disk may be missing, because it is created later."""
    url = urlsplit(settings.GED_URL)
    if url.scheme == "directory":
        there = find_unwritable(Path(url.path))
        fault = there and f"{there} cannot be written"
    else:
        fault = error_message_of(lambda: configured_store().probe())
    if not fault:
        return []
    return [
        Warning(
            f"No dossier can be filed: {fault}.",
            hint="What it does not take waits in the outbox. See GED_URL in docs/settings.md.",
            id="connectors.W002",
        )
    ]
