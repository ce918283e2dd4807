"""Redirects that never form a loop: the form refuses one, and any other loop ends in a 404.

They also cover the routes below a moved page: its calendar, its feeds, its entries. Paths longer than the field of a
redirect are stored as their beginning and a digest.
"""

import hashlib
from collections.abc import Callable
from urllib.parse import quote, urlparse, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models.functions import Length
from django.http import Http404, HttpResponsePermanentRedirect
from django.urls import Resolver404, resolve
from django.utils.encoding import uri_to_iri
from django.utils.translation import gettext as _
from wagtail.contrib.redirects import signal_handlers
from wagtail.contrib.redirects.forms import RedirectForm
from wagtail.contrib.redirects.middleware import RedirectMiddleware, get_redirect
from wagtail.contrib.redirects.models import Redirect
from wagtail.contrib.redirects.signal_handlers import BatchRedirectCreator
from wagtail.models import Page, Site

from home.navigation import routing

MAX_REDIRECT_STEPS = 10
MAX_PATH_LENGTH = Redirect._meta.get_field("old_path").max_length


def truncate_redirect_path(path: str) -> str:
    """Return a path as a redirect stores it.

    PostgreSQL refuses longer ones, and with it the move of the page.
    """
    if len(path) <= MAX_PATH_LENGTH:
        return path
    return f"{path[:200]}…{hashlib.blake2b(path.encode(), digest_size=16).hexdigest()}"


class TruncatingRedirectCreator(BatchRedirectCreator):
    """Wagtail's creator of redirects for moved pages, for paths of any length."""

    def add(self, *, old_path: str, **redirect) -> None:
        super().add(old_path=truncate_redirect_path(old_path), **redirect)


def patch_redirect_creator() -> None:
    signal_handlers.BatchRedirectCreator = TruncatingRedirectCreator


def is_redirect_loop(start: str, onward: Callable[[str], str | None]) -> bool:
    """Return whether redirects from ``start`` form a loop. ``onward``: the target of a path; None if it answers."""
    seen, path = {start}, onward(start)
    while path is not None and path not in seen and len(seen) <= MAX_REDIRECT_STEPS:
        seen.add(path)
        path = onward(path)
    return path is not None


class LoopSafeRedirectMiddleware(RedirectMiddleware):
    """Wagtail's redirects, with a 404 instead of a loop."""

    def process_response(self, request, response):
        if response.status_code != 404 or not _may_be_redirected(request):
            return response
        answer = super().process_response(request, response)
        if answer is response:
            answer = _led_far(request) or _led_on(request) or response
        elif is_redirect_loop(_path(request.get_full_path()), lambda path: _onward(request, path)):
            return response
        if answer is not response:
            # Without this, browsers cache the redirect for good, even after the page is back.
            answer.headers["Cache-Control"] = "no-cache"
        return answer


def _may_be_redirected(request) -> bool:
    """Return whether there is a redirect from the address, its path or a path above: one query for most 404s."""
    asked = Redirect.normalise_path(request.get_full_path(), decode_unicode=False)
    path = _path(request.path)
    paths = {asked, urlparse(asked).path, path, truncate_redirect_path(path), *_paths_above(path)}
    paths |= {uri_to_iri(one) for one in paths}
    known = [one for one in paths if "\0" not in one]  # PostgreSQL refuses the others
    return Redirect.objects.filter(old_path__in=known).exists()


def _led_far(request) -> HttpResponsePermanentRedirect | None:
    """Redirect from a long path to the page that moved from it; None if there is none."""
    path = _path(request.path)
    redirect = get_redirect(request, truncate_redirect_path(path)) if len(path) > MAX_PATH_LENGTH else None
    return HttpResponsePermanentRedirect(redirect.link) if redirect and redirect.link else None


def _led_on(request) -> HttpResponsePermanentRedirect | None:
    """Redirect from a route below the old path of a moved page to the same route of the page; None if there is none.

    Calendar programs and feed readers request the address that they were given for years.
    """
    path = _path(request.path)
    for redirect in _moved_above(request, path):
        address = _below(redirect.redirect_page.specific, path.removeprefix(redirect.old_path) + "/", request)
        if address and not _answers(request, redirect.old_path):  # otherwise another page is there now
            query = request.META.get("QUERY_STRING", "")
            return HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)
    return None


def _moved_above(request, path: str):
    """Return the redirects of pages above a path, the nearest first."""
    above = _paths_above(path)
    if not above or "\0" in path:
        return []
    redirects = Redirect.get_for_site(Site.find_for_request(request)).select_related("redirect_page")
    found = redirects.filter(old_path__in=above, redirect_page__live=True)
    return found.order_by(Length("old_path").desc(), "pk")


def _paths_above(path: str) -> list[str]:
    parts = path.split("/")[1:]
    return ["/" + "/".join(parts[:length]) for length in range(1, len(parts))][-MAX_REDIRECT_STEPS:]


def _below(page: Page, rest: str, request) -> str:
    """Return the URL of the route ``rest`` of a page; "" if it has no such route."""
    try:
        page.resolve_subpage(rest)
    except (AttributeError, Resolver404):  # a page without routes, or without this one
        return ""
    url = page.get_url(request)
    return url + quote(rest[1:]) if url else ""


def _onward(request, path: str) -> str | None:
    if path != _path(request.get_full_path()) and _answers(request, path):
        return None
    redirect = get_redirect(request, path)
    return _inside(redirect.link, request.get_host()) if redirect and redirect.link else None


def _inside(link: str, host: str) -> str | None:
    """Return the path of an address of this site; None if it is external."""
    parts = urlsplit(link)
    return None if parts.netloc and parts.netloc != host else _path(link)


def _path(link: str) -> str:
    return Redirect.normalise_path(link)


def _answers(request, path: str) -> bool:
    """Return whether a page or a view answers at a path."""
    plain = urlsplit(path).path
    try:
        match = resolve(plain if plain.endswith("/") else f"{plain}/")
    except Resolver404:
        return False
    if match.url_name != "wagtail_serve":
        return True
    try:
        found = routing.route_request(request, [part for part in match.args[0].split("/") if part])
    except Http404:
        return False
    return found is not None


class LoopFreeRedirectForm(RedirectForm):
    """Wagtail's form of a redirect. It refuses loops, and redirects from paths where a page answers."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        link = self.fields["redirect_link"]
        link.help_text = _("The whole address, for example https://www.example.ch/page.")
        link.error_messages["invalid"] = _(
            "Write the whole address, with https://. A page of the site is chosen above."
        )

    def clean(self):
        super().clean()
        old, link = self.cleaned_data.get("old_path"), self.cleaned_data.get("redirect_link")
        if old and _path(old) != self.initial.get("old_path"):
            self._refuse_address_of_a_page(_path(old))
        if old and link and not self.cleaned_data.get("redirect_page"):
            self._refuse_circles(_path(old), link)
        return self.cleaned_data

    def _refuse_address_of_a_page(self, old: str) -> None:
        likely = Page.objects.live().filter(slug=old.rpartition("/")[2])
        page = next((one for one in likely if _path(one.url or "") == old), None)
        if page:
            said = _("The page “%(title)s” has this address and takes priority. Unpublish or move it first.")
            raise ValidationError({"old_path": said % {"title": page.title}})

    def _refuse_circles(self, old: str, link: str) -> None:
        site = self.cleaned_data.get("site")
        ours = urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname
        hosts = {ours, *(one.hostname for one in Site.objects.all())}
        others = Redirect.get_for_site(site).exclude(pk=self.instance.pk)

        def onward(path: str) -> str | None:
            found = others.filter(old_path=path).first() if path != old else None
            to = link if path == old else found and found.redirect_link
            host = to and urlsplit(to).hostname
            return _path(to) if to and (host is None or host in hosts) else None

        if is_redirect_loop(old, onward):
            raise ValidationError(
                {"redirect_link": _("This address leads back to the start. Choose another one.")}
            )
