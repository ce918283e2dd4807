"""Redirects from the addresses of an old site. An address at which this site answers, or an editor redirects, stays."""

from dataclasses import dataclass

from django.urls import Resolver404, resolve
from django.utils.text import Truncator
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, Site

from news.editorial.redirects import truncate_redirect_path

from .models import ImportedObject, ImportItem, SiteImport
from .old_addresses import host_of, path_with_query
from .targets import TargetIndex

MOST_LINK = Redirect._meta.get_field("redirect_link").max_length
NEW, SAME, TAKEN, OTHER = "new", "same", "taken", "other"


@dataclass(frozen=True)
class Destination:
    """The target of a redirect: a page, or the path of a file or another address."""

    page_id: int | None = None
    link: str = ""

    @classmethod
    def of(cls, made: ImportedObject | None, address: str = "") -> "Destination":
        if made is None:
            return cls(link=address)
        if made.page_id:
            return cls(page_id=made.page_id)
        return cls(link=made.document.url if made.document_id else made.image.file.url)


def old_paths(addresses: list[str], hosts: set[str]) -> list[str]:
    """Return the paths of addresses of the old site, in the form of redirects."""
    found = [
        truncate_redirect_path(Redirect.normalise_path(path_with_query(address)))
        for address in addresses
        if address and host_of(address) in hosts
    ]
    return [one for one in dict.fromkeys(found) if one != "/" and "\0" not in one]


def state_of(path: str, site: Site | None, destination: Destination) -> str:
    """Return whether a redirect from a path is new, exists already, or is impossible because something is there."""
    found = Redirect.get_for_site(site).filter(old_path=path).first()
    if found:
        same = found.redirect_page_id == destination.page_id and found.redirect_link == destination.link
        return SAME if same else OTHER
    if "?" in path:
        return NEW
    own = _page_at(path, site)
    if own:
        return SAME if own.pk == destination.page_id else TAKEN
    return TAKEN if _view_answers(path) else NEW


def _page_at(path: str, site: Site | None) -> Page | None:
    likely = Page.objects.filter(slug=path.rpartition("/")[2]).defer_streamfields()
    for page in likely:
        parts = page.get_url_parts()
        if parts and (site is None or parts[0] == site.pk) and Redirect.normalise_path(parts[2]) == path:
            return page
    return None


def _view_answers(path: str) -> bool:
    try:
        return bool(resolve(f"{path}/" if not path.endswith("/") else path).url_name != "wagtail_serve")
    except Resolver404:
        return False


def redirect_remarks(site_import: SiteImport, item: ImportItem, index: TargetIndex) -> list[list]:
    """Return remarks on old addresses of an object that cannot lead on."""
    made, site = index.made.get(item.key), site_import.parent.get_site()
    destination = Destination.of(made) if made else Destination(link="-")
    found = item.found
    remarks = []
    for path in old_paths([found.address, *found.other_addresses], index.hosts):
        state = state_of(path, site, destination)
        code = {TAKEN: "address_taken", OTHER: "redirect_taken"}.get(state)
        if code:
            remarks.append([code, {"address": Truncator(path).chars(200)}])
    return remarks


def create_redirects(paths: list[str], site: Site | None, destination: Destination) -> tuple[int, list[list]]:
    """Create redirects from the paths that are free. Return their number, and remarks on the others."""
    created, remarks = 0, []
    for path in paths if destination.page_id or 0 < len(destination.link) <= MOST_LINK else []:
        state = state_of(path, site, destination)
        if state == NEW:
            Redirect.objects.create(
                old_path=path, site=site, redirect_page_id=destination.page_id, redirect_link=destination.link
            )
            created += 1
        elif state != SAME:
            code = "address_taken" if state == TAKEN else "redirect_taken"
            remarks.append([code, {"address": Truncator(path).chars(200)}])
    return created, remarks
