"""Reader of a website by its sitemap: it requests the pages one by one, as far as robots.txt permits."""

import zlib
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..exceptions import ObjectRefused, SourceError
from ..old_addresses import absolute_address, file_extension, host_of, is_home, last_segment
from ..page_extraction import extract_page
from ..source_files import AGENT, MB, Source, too_large
from ..source_objects import DOCUMENT, IMAGE, PAGE, REDIRECT, SourceObject
from .base import SourceReader, xml_error

MOST_SITEMAPS, MOST_PAGES, MOST_DEPTH = 50, 5_000, 3
MAX_PAGE_BYTES, MAX_SITEMAP_BYTES = 5 * MB, 60 * MB
LONGEST_PAUSE = 30  # seconds; a robots.txt that asks for more is disregarded
USUAL = ("/sitemap.xml", "/sitemap_index.xml", "/wp-sitemap.xml", "/sitemap.xml.gz")
REDIRECTS = {301, 302, 303, 307, 308}
PAGE_TYPES = ("text/html", "application/xhtml+xml")


class SitemapReader(SourceReader):
    """The pages that the sitemap of a website names."""

    key, label = "sitemap", gettext_lazy("Any website: its sitemap")

    def objects(self, source: Source) -> Iterator[SourceObject]:
        _read_robots(source)
        seen: set[str] = set()
        for address in self._addresses(source):
            if address not in seen and host_of(address) == host_of(source.address):
                seen.add(address)
                yield SourceObject(PAGE, address, address=address, title=last_segment(address), is_read=False)
            if len(seen) > MOST_PAGES:
                reason = _(
                    "The sitemap names more than %(limit)s pages. Give the address of one of its parts."
                )
                raise SourceError(reason % {"limit": MOST_PAGES})

    def _addresses(self, source: Source) -> Iterator[str]:
        """Yield the addresses of all sitemaps of the site."""
        given = file_extension(source.address) in ("xml", "gz")
        waiting = [(source.address, 0)] if given else [(one, 0) for one in source.robots.site_maps() or []]
        usual = [] if waiting else [urljoin(source.address, path) for path in USUAL]
        waiting += [(address, 0) for address in usual]
        asked: set[str] = set()
        found = False
        while waiting and len(asked) < MOST_SITEMAPS:
            address, depth = waiting.pop(0)
            if address in asked or (address in usual and found):
                continue
            asked.add(address)
            try:
                root = fromstring(_sitemap(source, address))
            except SourceError:
                if address in usual:
                    continue
                raise
            except (ParseError, DefusedXmlException, ValueError) as error:
                if address in usual and isinstance(error, ParseError):
                    continue
                raise xml_error(error) from error
            found = True
            places = [
                absolute_address(address, one.text or "")
                for one in root.iter()
                if one.tag.rpartition("}")[2] == "loc"
            ]
            if root.tag.endswith("sitemapindex"):
                waiting += [(one, depth + 1) for one in places if one and depth < MOST_DEPTH]
            else:
                yield from filter(None, places)
        if not found:
            raise SourceError(
                _("No sitemap was found. Give its address, such as https://www.example.ch/sitemap.xml.")
            )

    def read(self, source: Source, found: SourceObject) -> SourceObject:
        if source.robots is None:
            _read_robots(source)
        if not source.robots.can_fetch(AGENT, found.address):
            raise ObjectRefused("robots")
        if is_home(found.address):
            raise ObjectRefused("home_page")
        answer = source.ask(found.address)
        if answer.status_code in REDIRECTS:
            found.kind, found.title = REDIRECT, urlsplit(found.address).path
            found.target = absolute_address(found.address, answer.headers.get("Location", ""))
            return found
        if answer.status_code != 200:
            raise SourceError(f"HTTP {answer.status_code}")
        if len(answer.content) > MAX_PAGE_BYTES:
            raise SourceError(too_large(MAX_PAGE_BYTES))
        kind, _sign, options = answer.headers.get("Content-Type", "text/html").partition(";")
        if kind.strip().lower() in PAGE_TYPES:
            charset = options.partition("charset=")[2].strip(" \"'") or None
            return extract_page(answer.content, found, charset)
        extension = file_extension(found.address)
        if extension in settings.WAGTAILIMAGES_EXTENSIONS:
            found.kind = IMAGE
        elif extension in settings.WAGTAILDOCS_EXTENSIONS:
            found.kind = DOCUMENT
        else:
            raise ObjectRefused("file_type")
        return found


def _read_robots(source: Source) -> None:
    source.robots = RobotFileParser()
    try:
        answer = source.ask(urljoin(source.address, "/robots.txt"))
    except SourceError:
        raise SourceError(
            _("%(host)s does not answer.") % {"host": urlsplit(source.address).hostname}
        ) from None
    source.robots.parse(answer.text[:500_000].splitlines() if answer.status_code == 200 else [])
    delay = source.robots.crawl_delay(AGENT)
    if delay and source.pause:
        source.pause = max(source.pause, min(float(delay), LONGEST_PAUSE))


def _sitemap(source: Source, address: str) -> bytes:
    """Return a sitemap, unpacked. Raise SourceError."""
    content = source.ask_for(address).content
    if not content.startswith(b"\x1f\x8b"):
        return content
    inflate = zlib.decompressobj(wbits=31)
    try:
        unpacked = inflate.decompress(content, MAX_SITEMAP_BYTES)
    except zlib.error as error:
        raise SourceError(_("It is damaged.")) from error
    if inflate.unconsumed_tail:
        raise SourceError(too_large(MAX_SITEMAP_BYTES))
    return unpacked
