"""System checks of the object storage, for ``manage.py check --deploy``."""

from collections.abc import Iterator
from contextlib import suppress
from secrets import token_hex

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from home.web.http_client import HttpClient, HttpError, configured_hosts

VARIABLES = {"default": "MEDIA_STORE_URL", "private": "PRIVATE_STORE_URL"}
HINT = "See Several machines in docs/operations.md."
CONTENT = b"commune"


@register(Tags.security, "mysite", deploy=True)
def check_object_storage(app_configs, **kwargs) -> list[CheckMessage]:
    """Write, read and delete a file in each bucket. Open published and other files as a browser does."""
    found: list[CheckMessage] = []
    for alias, variable in VARIABLES.items():
        if alias in settings.OBJECT_STORAGE:
            found += _use(storages[alias], variable)
    return found


def _use(storage: Storage, variable: str) -> Iterator[CheckMessage]:
    shown, hidden = (f"{folder}/probe-{token_hex(8)}.txt" for folder in ("images", "original_images"))
    try:
        for name in (shown, hidden):
            storage.save(name, ContentFile(CONTENT))
        with storage.open(shown) as file:
            if file.read() != CONTENT:
                yield Error(f"{variable}: another content is read than was written.", id="mysite.E020")
        if variable == "MEDIA_STORE_URL" and settings.MEDIA_PUBLIC_URL:
            yield from _open_as_browser(shown, hidden)
    except OSError as error:
        yield Error(f"{variable}: no file can be stored. {error}", hint=HINT, id="mysite.E021")
    finally:
        for name in (shown, hidden):
            with suppress(OSError):
                storage.delete(name)


def _open_as_browser(shown: str, hidden: str) -> Iterator[CheckMessage]:
    if _status_of(shown) != 200:
        what = "Browsers cannot open published pictures at MEDIA_PUBLIC_URL."
        yield Warning(what, hint=HINT, id="mysite.W022")
    if _status_of(hidden) == 200:
        what = "Everybody can open original pictures at MEDIA_PUBLIC_URL, and so documents of closed pages."
        yield Error(what, hint=HINT, id="mysite.E022")


def _status_of(name: str) -> int:
    """Return the status of a file for somebody who is not signed in; 0 if nothing answers."""
    client = HttpClient(deadline=10, idle=5, internal_hosts=configured_hosts(settings.MEDIA_URL))
    try:
        return client.request("GET", f"{settings.MEDIA_URL}{name}").status_code
    except HttpError:
        return 0
