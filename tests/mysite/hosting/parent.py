"""A real parent of two communes, for the tests. Django is set up with the settings of the host.

It first forks a process of each commune, one after the other, that writes what it finds into ``FOLDER/NAME.json`` and
tries what the one before wrote. Then it serves both.
"""

import gc
import json
import os
import sys
from pathlib import Path

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core import signing
from django.core.cache import caches
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.db import connection
from django.urls import resolve, reverse
from django.utils.translation import activate, gettext

from eservices.accounts.models import User
from eservices.cases.models import Team
from eservices.reports.access import photo_token
from eservices.submissions.draft_token import new_token, read_token
from eservices.submissions.models import StoredFile
from home.alerts.models import Alert
from home.models.heartbeat import Heartbeat
from home.web.form_timing import is_submitted_too_fast, sign_opening_time
from mysite.hosting.addresses import build_addresses
from mysite.hosting.commune_process import become_commune
from mysite.hosting.host_processes import HostProcesses
from mysite.processes import FORMER, preload_site
from mysite.settings.host import NOBODY

COUNTER = "whose"


def leave(name: str) -> dict:
    """Leave in the commune what must be worth nothing in another. Return how it would be used."""
    session = SessionStore()
    session["of"] = name
    session.create()
    for cache in caches.settings:
        caches[cache].set(COUNTER, name)
    Heartbeat.record(name)
    return {
        "session": session.session_key,
        "signature": signing.dumps(name),
        "stamp": sign_opening_time(),
        "photo": photo_token(StoredFile(pk=1)),
        "draft": str(new_token("form")),
        "public": default_storage.save("same.txt", ContentFile(name)),
        "private": storages["private"].save("same.txt", ContentFile(name)),
    }


def accepted(left: dict) -> list[str]:
    """Return what of another commune this one accepts. It must be nothing."""
    found = {
        "session": SessionStore().exists(left["session"]),
        "stamp": not is_submitted_too_fast(left["stamp"], 0),
        "draft": read_token(left["draft"], "form") is not None,
        "public": default_storage.exists(left["public"]),
        "private": storages["private"].exists(left["private"]),
        "cache": any(caches[cache].get(COUNTER) for cache in caches.settings),
        "row": Heartbeat.objects.exists(),
    }
    for key, salt in (("signature", "django.core.signing"), ("photo", "reports.photo")):
        try:
            signing.TimestampSigner(salt=salt).unsign(left[key])
        except signing.BadSignature:
            continue
        found[key] = True
    return [key for key, value in found.items() if value]


def describe() -> dict:
    """Return what the process knows of its commune."""
    activate(settings.LANGUAGE_CODE)
    names = Team._meta.get_field("names").stream_block
    return {
        "name": settings.WAGTAIL_SITE_NAME,
        "country": settings.COUNTRY,
        "currency": settings.CURRENCY,
        "zone": settings.TIME_ZONE,
        "key": settings.SECRET_KEY,
        "database": str(connection.settings_dict["NAME"]),
        "address": reverse("space:home"),
        "french": resolve("/espace/").func.__name__,
        "text": gettext("Search"),
        "fallback": _fallback(),
        "user_language": User().language,
        "team_languages": [block.name for block in names.ordered_child_blocks()],
        "file_field": StoredFile._meta.get_field("content").storage.location,
        "policy": settings.SECURE_CSP["form-action"],
        "alert": Alert().sms_text(settings.LANGUAGE_CODE),
        "environment": sorted(name for name, value in os.environ.items() if NOBODY in value),
    }


def _fallback() -> str:
    """Return a text that only the main language has."""
    from django.utils.translation import trans_real

    texts = trans_real.translation("it" if settings.LANGUAGE_CODE != "it" else "fr")
    return texts._fallback.language()


def nobodys() -> list[str]:
    """Return the objects that still hold a setting of the parent."""
    gc.collect()
    found = []
    for owner in gc.get_objects():
        if isinstance(owner, list) and NOBODY in owner[:3]:
            continue  # parts of a path that nothing refers to
        for one in gc.get_referents(owner):
            if isinstance(one, str | Path) and NOBODY in str(one) and one is not NOBODY and one != NOBODY:
                found.append(f"{type(owner).__qualname__}: {owner!r:.200}")
    return found


def look_into(folder: Path, name: str, before: str) -> None:
    become_commune(name, folder / "communes" / f"{name}.env")
    remains = nobodys()
    earlier = json.loads((folder / f"{before}.json").read_text())["left"] if before else None
    found = {"accepted": accepted(earlier) if earlier else [], "remains": remains}
    found |= {"facts": describe(), "left": leave(name)}
    (folder / f"{name}.json").write_text(json.dumps(found, default=str))


def main(folder: Path) -> None:
    preload_site()
    build_addresses()
    if "--try" in sys.argv:
        return
    before = ""
    for name in () if FORMER in os.environ else ("orvenay", "vernes"):
        sys.stdout.flush()
        if not (pid := os.fork()):
            code = 1
            try:
                look_into(folder, name, before)
                code = 0
            finally:
                sys.excepthook(*sys.exc_info()) if code else None
                os._exit(code)
        if os.waitpid(pid, 0)[1]:
            sys.exit(f"{name} failed")
        before = name
    HostProcesses(folder / "communes", folder / "sockets", every=2, idle=600, visits=2).run()
