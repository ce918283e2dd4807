"""Error pages of the site: not found, server error, refused form."""

import sys

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpResponseServerError
from django.shortcuts import render
from django.template.loader import get_template
from django.templatetags.static import static

from home.appearance.stylesheets import PAGES, SITE
from home.runtime.log_context import log_context
from home.runtime.outages import READ_ONLY, outage_of
from home.runtime.read_only_database import expire_connection

# The database restarts or is overloaded.
AWAY = (InterfaceError, OperationalError)
BACK_AFTER = 30  # seconds


def page_not_found(request, exception=None):
    """Return a 404 page. Behind a secret link, a page about invalid links.

    It is the same whether the link is unknown, expired or erased.
    """
    match = request.resolver_match
    if match and "secret" in match.kwargs:
        return render(request, "link_expired.html", status=404)
    return render(request, "404.html", {"path": request.path[:120]}, status=404)


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
    }
    template = "read_only.html" if outage is READ_ONLY else "500.html"
    page = HttpResponseServerError(get_template(template).render(context))
    if passing:
        page.status_code, page["Retry-After"] = 503, str(BACK_AFTER)
    return page


def csrf_failure(request, reason=""):
    return render(request, "403_csrf.html", status=403)


def _address(style_sheet: str) -> str:
    try:
        return static(style_sheet)
    except ValueError:  # not collected
        return f"{settings.STATIC_URL}{style_sheet}"
