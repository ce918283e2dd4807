"""The public site as files: every page in every language, readable from a disk without a server.

A link to a page leads to its file, a link to anything else to the site's own address. Scripts are left out, and a form
is replaced by a sentence.
"""

import posixpath
import re
from collections.abc import Iterator
from copy import copy
from io import BytesIO
from pathlib import PurePosixPath
from tempfile import SpooledTemporaryFile
from typing import BinaryIO
from urllib.parse import quote, unquote, urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from defusedxml.ElementTree import fromstring
from django.conf import settings
from django.contrib.staticfiles.finders import find
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from wagtail.models import Page, Site

from home.links.page_links import absolute_url, full_page_url
from home.models.base import restriction_exists
from home.page_cache.warm_up import request_address

from ..backups.backup_store import IN_MEMORY
from .departure_pack import DeparturePack

FOLDER = "site/"
WIDEST = 1500  # pixels; the largest rendition up to this width is the picture of a page
NEXT_PAGE = re.compile(r"page=\d{1,4}")  # addresses of lists with several pages
LOCATION = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
CSS_ADDRESS = re.compile(r"""url\(\s*(['"]?)(?!data:|#)([^'")]+)\1\s*\)|@import\s+(['"])([^'"]+)\3""")
NEEDS_SCRIPTS = "script, link:not([rel~=stylesheet], [rel~=icon], [rel~=canonical], [rel~=alternate])"
BY_SERVER = ("crossorigin", "integrity", "nonce", "fetchpriority")


def page_addresses() -> Iterator[str]:
    """Yield the full addresses of all public pages, then of all else that the sitemap names."""
    pages = Page.objects.live().filter(~restriction_exists(), depth__gt=1)
    for page in pages.select_related("locale").order_by("path").iterator(chunk_size=200):
        if address := full_page_url(page):
            yield address
    response = request_address(absolute_url(reverse("home:sitemap")))
    if response.status_code == 200:
        for element in fromstring(response.content).iter(LOCATION):
            yield element.text


class SiteCopy:
    """The files of the site. ``written``: number of pages; ``failed``: addresses of pages that gave no answer."""

    def __init__(self, pack: DeparturePack):
        self.pack = pack
        self.pages: dict[str, str] = {}  # names of files by address
        self.waiting: list[str] = []
        self.assets: dict[str, str] = {}
        self.icons: dict[str, dict[str, Tag]] = {}
        self.failed: list[str] = []
        self.written = 0
        self.own_host = urlsplit(settings.WAGTAILADMIN_BASE_URL).netloc
        self.hosts = {self.own_host, *(urlsplit(site.root_url).netloc for site in Site.objects.all())}

    def write_all(self) -> None:
        """Write all pages, and what they show."""
        for address in page_addresses():
            self._plan(address)
        while self.waiting:
            self._write_page(self.waiting.pop(0))

    def _plan(self, address: str) -> None:
        if address not in self.pages:
            parts = urlsplit(address)
            page = f"page-{parts.query.removeprefix('page=')}.html" if parts.query else "index.html"
            name = posixpath.join(self._folder(parts.netloc), unquote(parts.path).strip("/"), page)
            if name not in self.pages.values():  # /a and /a/ are one page
                self.waiting.append(address)
            self.pages[address] = name

    def _folder(self, host: str) -> str:
        return FOLDER if host == self.own_host else f"{FOLDER}{host}/"

    def _write_page(self, address: str) -> None:
        response, name = request_address(address), self.pages[address]
        if response.status_code in (301, 302):
            target = self._reference(response["Location"], address, name)
            self.pack.add(name, BytesIO(_redirect_html(target)))
        elif response.status_code != 200 or response.streaming:
            if response.status_code not in (404, 410):  # those are not to be seen any more
                self.failed.append(address)
        else:
            soup = BeautifulSoup(response.content, "html.parser")
            self._rewrite(soup, address, name)
            self.pack.add(name, BytesIO(soup.encode(formatter="minimal")))
            self.written += 1
        response.close()

    # -- HTML --------------------------------------------------------------------------------------------------
    def _rewrite(self, soup: BeautifulSoup, address: str, name: str) -> None:
        for tag in soup.select(NEEDS_SCRIPTS):
            tag.decompose()
        for tag in soup("noscript"):
            tag.unwrap()
        _choose_pictures(soup)
        self._inline_icons(soup, address)
        for tag in soup.find_all(True):
            for attribute in BY_SERVER:
                tag.attrs.pop(attribute, None)
            if "style" in tag.attrs:
                tag["style"] = self._rewrite_css(tag["style"], address, name)
            kind = "img" if {"stylesheet", "icon"} & set(tag.get("rel", ())) else tag.name
            for attribute in ("href", "src", "poster"):
                if value := tag.get(attribute):
                    tag[attribute] = self._reference(value, address, name, kind)
        for tag in soup("style"):
            tag.string = self._rewrite_css(tag.get_text(), address, name)
        with override((soup.html and soup.html.get("lang")) or settings.LANGUAGE_CODE):
            _replace_forms(soup, address)

    def _inline_icons(self, soup: BeautifulSoup, address: str) -> None:
        """Put the icons of a page into it, because browsers read no pictures with many icons from a disk."""
        holder = soup.new_tag("svg", style="display:none")
        for use in soup.select('use[href*="#"]:not([href^="#"])'):
            picture, _hash, key = use["href"].partition("#")
            use["href"] = f"#{key}"
            if not holder.find(id=key) and (symbol := self._symbols(urljoin(address, picture)).get(key)):
                holder.append(copy(symbol))
        if soup.body and holder.contents:
            soup.body.append(holder)

    def _symbols(self, address: str) -> dict[str, Tag]:
        """Return the icons in the picture at the address, by their id."""
        if address not in self.icons:
            content = BytesIO()
            _read_asset(address, urlsplit(address).path, content)
            parsed = BeautifulSoup(content.getvalue(), "html.parser")
            self.icons[address] = {symbol["id"]: symbol for symbol in parsed("symbol", id=True)}
        return self.icons[address]

    def _reference(self, value: str, address: str, name: str, tag: str = "a") -> str:
        """Return ``value``, an address in the page or style sheet at ``address``, as seen from the file ``name``."""
        full = urljoin(address, value.strip())
        parts = urlsplit(full)
        if value.startswith("#") or parts.scheme not in ("http", "https") or parts.netloc not in self.hosts:
            return value
        plain = parts._replace(fragment="").geturl()
        if (
            tag in ("a", "area", "link")
            and NEXT_PAGE.fullmatch(parts.query)
            and plain.split("?")[0] in self.pages
        ):
            self._plan(plain)
        found = self.pages.get(plain)
        if found is None and (tag not in ("a", "area", "link") or _is_file(parts.path)):
            found = self._asset(plain)
        if not found:
            return full
        relative = quote(posixpath.relpath(found, posixpath.dirname(name)))
        return f"{relative}#{parts.fragment}" if parts.fragment else relative

    # -- Styles, pictures, downloads ---------------------------------------------------------------------------
    def _asset(self, address: str) -> str:
        """Write what is at the address, once, and return its name; "" if nothing is there."""
        if address not in self.assets:
            parts = urlsplit(address)
            name = self._folder(parts.netloc) + unquote(parts.path).strip("/")
            taken = name in self.pack.files or ".." in PurePosixPath(name).parts or name.endswith(".html")
            self.assets[address] = "" if taken else name
            if not taken and not self._write_asset(address, parts.path, name):
                self.assets[address] = ""
        return self.assets[address]

    def _write_asset(self, address: str, path: str, name: str) -> bool:
        with SpooledTemporaryFile(IN_MEMORY, dir=settings.VAR_DIR) as content:
            if not _read_asset(address, path, content):
                return False
            if name.endswith(".css"):
                content.seek(0)
                text = self._rewrite_css(content.read().decode(), address, name)
                content.seek(0)
                content.truncate()
                content.write(text.encode())
            self.pack.add(name, content)
        return True

    def _rewrite_css(self, text: str, address: str, name: str) -> str:
        def rewritten(found: re.Match) -> str:
            target = self._reference(found[2] or found[4], address, name, "style")
            return f'url("{target}")' if found[2] else f'@import "{target}"'

        return CSS_ADDRESS.sub(rewritten, text)


def _is_file(path: str) -> bool:
    return path.startswith((settings.STATIC_URL, urlsplit(settings.MEDIA_URL).path, "/documents/"))


def _read_asset(address: str, path: str, content: BinaryIO) -> bool:
    """Copy what is at the address into ``content``. Return False if nothing is there."""
    try:
        if path.startswith(settings.STATIC_URL):
            chunks = _static_file(unquote(path.removeprefix(settings.STATIC_URL)))
        elif settings.MEDIA_URL.startswith("/") and path.startswith(settings.MEDIA_URL):
            chunks = default_storage.open(unquote(path.removeprefix(settings.MEDIA_URL))).chunks()
        else:
            response = request_address(address)
            if response.status_code != 200:
                return False
            chunks = response
        for chunk in chunks:
            content.write(chunk)
    except (FileNotFoundError, IsADirectoryError, SuspiciousOperation):
        return False
    return True


def _static_file(name: str) -> Iterator[bytes]:
    try:
        return staticfiles_storage.open(name).chunks()
    except FileNotFoundError:
        if not (path := find(name)):
            raise
        with open(path, "rb") as file:
            return iter([file.read()])


def _replace_forms(soup: BeautifulSoup, address: str) -> None:
    """Replace forms in the content by a sentence with the address; remove all others, and links to them."""
    for form in soup("form"):
        if form.find_parent("main"):
            sentence = soup.new_tag("p")
            sentence.append(_("This form works on the website only:") + " ")
            link = soup.new_tag("a", href=address)
            link.string = address
            sentence.append(link)
            form.replace_with(sentence)
        else:
            form.decompose()
    for button in soup.select("button:not([popovertarget], [commandfor])"):
        button.decompose()
    for link in soup.select('header a[href^="#"], footer a[href^="#"], nav a[href^="#"]'):
        if not soup.find(id=link["href"][1:]):
            link.decompose()


def _choose_pictures(soup: BeautifulSoup) -> None:
    """Let each picture have one file."""
    for image in soup("img"):
        holder = image.parent if image.parent and image.parent.name == "picture" else None
        sources = holder.find_all("source") if holder else []
        webp = next((one.get("srcset") for one in sources if one.get("type") == "image/webp"), None)
        if chosen := _widest(webp or image.get("srcset") or ""):
            image["src"] = chosen
        for source in sources:
            source.decompose()
        for attribute in ("srcset", "sizes"):
            image.attrs.pop(attribute, None)
    for source in soup.select("source[srcset]"):
        source.decompose()


def _widest(srcset: str) -> str:
    """Return the address of the widest rendition up to ``WIDEST``; "" if there is none."""
    found = [(one.split()[0], one.split()[-1]) for one in srcset.split(", ") if one.strip()]
    widths = {address: int(width[:-1]) for address, width in found if re.fullmatch(r"\d+w", width)}
    fitting = [address for address in widths if widths[address] <= WIDEST] or list(widths)[:1]
    return max(fitting, key=widths.get, default="")


def _redirect_html(target: str) -> bytes:
    soup = BeautifulSoup("<!doctype html>", "html.parser")
    soup.append(soup.new_tag("meta", charset="utf-8"))
    soup.append(soup.new_tag("meta", attrs={"http-equiv": "refresh", "content": f"0; url={target}"}))
    link = soup.new_tag("a", href=target)
    link.string = target
    soup.append(link)
    return soup.encode()
