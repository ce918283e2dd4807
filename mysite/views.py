"""Error pages of the site: not found, server error, refused form."""

import re
import sys

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpResponseServerError
from django.shortcuts import render
from django.template.loader import get_template
from django.templatetags.static import static
from django.utils.translation import get_language

from home.appearance.stylesheets import PAGES, SITE
from home.models import CommuneSettings
from home.runtime.log_context import log_context
from home.runtime.outages import READ_ONLY, outage_of
from home.runtime.read_only_database import expire_connection
from home.search.index import SearchHit, suggest_titles

# The database restarts or is overloaded.
AWAY = (InterfaceError, OperationalError)
BACK_AFTER = 30  # seconds
SEARCHED_LENGTH = 60  # of a lost address
SUGGESTED = 4


def page_not_found(request, exception=None):
    """Return a 404 page. Behind a secret link, a page about invalid links.

    It is the same whether the link is unknown, expired or erased.
    """
    match = request.resolver_match
    if match and "secret" in match.kwargs:
        of_request = match.namespace in {"space", "submissions", "payments"}
        return render(request, "link_expired.html", {"of_request": of_request}, status=404)
    context = {"path": request.path[:120], "found": _suggestions(request.path)}
    return render(request, "404.html", context, status=404)


def _suggestions(path: str) -> list[SearchHit]:
    """Return pages named like the last part of a lost address: by all its words, else by the longest.

    Files and scripts, which programs guess, are not searched for.
    """
    last = path.rstrip("/")[-SEARCHED_LENGTH:].rpartition("/")[2]
    words = [] if "." in last else [word for word in re.split(r"[\W_]+", last) if len(word) > 2]
    if not words:
        return []
    language = get_language()
    found = suggest_titles(" ".join(words), language)
    if not found and len(words) > 1:
        found = suggest_titles(max(words, key=len), language)
    return found[:SUGGESTED]


def server_error(request):
    """Return an error page that needs no database, session or collected files, any of which may have failed.

    While database, disk or storage of files is unavailable, the status is 503 with Retry-After, because search engines
    keep a page over a 503, and the page says what to do until then. So it is if the database accepts no writes; pages
    that only read go on.
    """
    fault = sys.exception()
    outage = outage_of(fault)
    passing = isinstance(fault, AWAY) or outage is not None
    if outage is READ_ONLY:
        expire_connection()
    context = {
        "name": settings.WAGTAIL_SITE_NAME,
        "style_sheets": [_address(SITE), _address(PAGES)],
        "passing": passing,
        "number": log_context().get("request", ""),
        "sends": request.method == "POST",
        "phone": "" if passing else _phone(),
    }
    template = "read_only.html" if outage is READ_ONLY else "500.html"
    page = HttpResponseServerError(get_template(template).render(context))
    if passing:
        page.status_code, page["Retry-After"] = 503, str(BACK_AFTER)
    return page


def csrf_failure(request, reason=""):
    return render(request, "403_csrf.html", status=403)


def _phone() -> str:
    """Return the telephone number of the commune; "" if it cannot be read, which may be the fault."""
    try:
        return CommuneSettings.current().phone
    except Exception:
        return ""


def _address(style_sheet: str) -> str:
    try:
        return static(style_sheet)
    except ValueError:  # not collected
        return f"{settings.STATIC_URL}{style_sheet}"
