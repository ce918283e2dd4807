"""Redirects never lead in circles: their form refuses it, and a circle made otherwise ends in "not found".

And they lead on to what a page has below it that is no page: its calendar, its feeds, its entries. Addresses longer
than a redirect takes are kept by their beginning and a digest.
"""

import hashlib
from collections.abc import Callable
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models.functions import Length
from django.http import Http404, HttpResponsePermanentRedirect
from django.urls import Resolver404, resolve
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
    """A path as a redirect keeps it: PostgreSQL would refuse a longer one, and with it the move."""
    if len(path) <= MAX_PATH_LENGTH:
        return path
    return f"{path[:200]}…{hashlib.blake2b(path.encode(), digest_size=16).hexdigest()}"


class TruncatingRedirectCreator(BatchRedirectCreator):
    """Wagtail's redirects of a page that moved and of all below it, however long their addresses were."""

    def add(self, *, old_path: str, **redirect) -> None:
        super().add(old_path=truncate_redirect_path(old_path), **redirect)


def patch_redirect_creator() -> None:
    signal_handlers.BatchRedirectCreator = TruncatingRedirectCreator


def is_redirect_loop(start: str, onward: Callable[[str], str | None]) -> bool:
    """Whether who follows redirects from ``start`` never arrives. ``onward``: where a path leads; None: it answers."""
    seen, path = {start}, onward(start)
    while path is not None and path not in seen and len(seen) <= MAX_REDIRECT_STEPS:
        seen.add(path)
        path = onward(path)
    return path is not None


class LoopSafeRedirectMiddleware(RedirectMiddleware):
    """Wagtail's redirects; whoever would be sent in circles is told that there is nothing."""

    def process_response(self, request, response):
        if response.status_code != 404:
            return response
        answer = super().process_response(request, response)
        if answer is response:
            answer = _led_far(request) or _led_on(request) or response
        elif is_redirect_loop(_path(request.get_full_path()), lambda path: _onward(request, path)):
            return response
        if answer is not response:
            # Or browsers keep it for good, also once the page is back.
            answer.headers["Cache-Control"] = "no-cache"
        return answer


def _led_far(request) -> HttpResponsePermanentRedirect | None:
    """To the page that moved from a long address."""
    path = _path(request.path)
    redirect = get_redirect(request, truncate_redirect_path(path)) if len(path) > MAX_PATH_LENGTH else None
    return HttpResponsePermanentRedirect(redirect.link) if redirect and redirect.link else None


def _led_on(request) -> HttpResponsePermanentRedirect | None:
    """To where a page that moved has what is asked for below its old address.

    Calendars and feed readers ask for years at the address that they were given.
    """
    path = _path(request.path)
    for redirect in _moved_above(request, path):
        address = _below(redirect.redirect_page.specific, path.removeprefix(redirect.old_path) + "/", request)
        if address and not _answers(request, redirect.old_path):  # or another page stands there today
            query = request.META.get("QUERY_STRING", "")
            return HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)
    return None


def _moved_above(request, path: str):
    """The redirects of pages from above a path, the nearest first."""
    parts = path.split("/")[1:]
    above = ["/" + "/".join(parts[:length]) for length in range(1, len(parts))]
    if not above or "\0" in path:
        return []
    redirects = Redirect.get_for_site(Site.find_for_request(request)).select_related("redirect_page")
    found = redirects.filter(old_path__in=above[-MAX_REDIRECT_STEPS:], redirect_page__live=True)
    return found.order_by(Length("old_path").desc(), "pk")


def _below(page: Page, rest: str, request) -> str:
    """The address of what a page has at ``rest`` below it; nothing where it has nothing there."""
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
    """The path of an address of this site; None where it leads out of it."""
    parts = urlsplit(link)
    return None if parts.netloc and parts.netloc != host else _path(link)


def _path(link: str) -> str:
    return Redirect.normalise_path(link)


def _answers(request, path: str) -> bool:
    """Whether a page or a view stands at a path."""
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
    """Wagtail's form of a redirect, which refuses one that leads back to where it began or that nobody would follow."""

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
            said = _("The page “%(title)s” stands there and goes first: unpublish or move it before.")
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
            raise ValidationError({"redirect_link": _("That leads back to where it began: choose another.")})
