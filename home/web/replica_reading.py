"""Public pages that are read from a replica of the database, and visitors who read the primary instead."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponseBase
from django.template.response import SimpleTemplateResponse

from ..caching import site_version
from ..runtime import read_replica

WROTE = "wrote"  # the cookie of a visitor who sent something a moment ago
SAFE = {"GET", "HEAD"}
NO_CONTENT = 204

type View = Callable[..., HttpResponseBase]


def reads_replica(view: View) -> View:
    """Decorate the view of a public page to read from the replica, and from the primary if that fails."""

    @wraps(view)
    def read(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if settings.DATABASE_REPLICA and is_plain_visit(request) and _has_publications():
            try:
                with read_replica.reading_replica():
                    response = view(request, *args, **kwargs)
                    if isinstance(response, SimpleTemplateResponse):
                        response.render()
                    return response
            except Error:
                read_replica.replica_health.check_again()
        return view(request, *args, **kwargs)

    return read


def _has_publications() -> bool:
    """Return whether the replica can be read, and has all that belongs to the version of the site.

    The version is read first: what is published from now on belongs to a later one, under which nothing is cached here.
    """
    site_version.current_version()
    return read_replica.may_read_replica()


def is_plain_visit(request: HttpRequest) -> bool:
    """Return whether an anonymous visitor reads who wrote nothing a moment ago. Our own programs do not count."""
    return (
        request.method in SAFE
        and request.COOKIES.keys().isdisjoint({settings.SESSION_COOKIE_NAME, WROTE})
        and "Authorization" not in request.headers
        and not getattr(request, "is_dummy", False)
        and not getattr(request, "by_worker", False)
    )


class RecentWriteMiddleware:
    """The cookie of visitors without a session who send something, so that they read it from the primary.

    An answer without content leads to no other page: a counted visit leaves no cookie.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        anonymous = settings.SESSION_COOKIE_NAME not in request.COOKIES
        if request.method not in SAFE and anonymous and response.status_code != NO_CONTENT:
            response.set_cookie(
                WROTE,
                "1",
                max_age=read_replica.seconds_to_catch_up(),
                secure=request.is_secure(),
                httponly=True,
                samesite="Lax",
            )
        return response
