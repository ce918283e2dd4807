"""Reader of RSS and Atom: each entry becomes a news article."""

import io
import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import parse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..exceptions import SourceError
from ..old_addresses import absolute_address
from ..source_files import Source
from ..source_objects import ARTICLE, SourceObject
from .base import SourceReader, xml_error

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


class FeedReader(SourceReader):
    """A feed, uploaded or at an address."""

    key, label = "feed", gettext_lazy("RSS or Atom feed: file or address")
    files = (".xml", ".rss", ".atom")
    only_kinds = (ARTICLE,)

    def objects(self, source: Source) -> Iterator[SourceObject]:
        content = (
            self.expected_file(source)
            if source.export
            else io.BytesIO(source.ask_for(source.address).content)
        )
        try:
            root = parse(content).getroot()
        except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
            raise xml_error(error) from error
        if root.tag == f"{ATOM}feed":
            entries, language = root.findall(f"{ATOM}entry"), root.get(LANGUAGE, "")
            read = _atom_entry
        else:
            channel = root.find("channel")
            entries = [] if channel is None else channel.findall("item")
            language, read = _text(channel, "language"), _rss_item
        if not entries:
            raise SourceError(_("This feed has no entries."))
        for entry in entries:
            found = read(entry, source.address)
            found.language = language[:2].lower()
            found.key = found.key or found.address or found.title
            if found.key:
                yield found


def _rss_item(item: Element, base: str) -> SourceObject:
    link, guid = _text(item, "link"), item.find("guid")
    if not link and guid is not None and guid.get("isPermaLink") != "false":
        link = guid.text or ""
    body, summary = _text(item, CONTENT), _text(item, "description")
    enclosure = item.find("enclosure")
    found = SourceObject(
        ARTICLE,
        _text(item, "guid"),
        address=absolute_address(base, link),
        title=_text(item, "title"),
        body=body or summary,
        summary=summary if body else "",
        date=feed_date(_text(item, "pubDate") or _text(item, f"{DUBLIN_CORE}date")),
        author=_text(item, f"{DUBLIN_CORE}creator"),
        categories=[one.text.strip() for one in item.findall("category") if one.text],
    )
    if enclosure is not None and enclosure.get("type", "").startswith("image/"):
        found.picture = absolute_address(base, enclosure.get("url", ""))
    return found


def _atom_entry(entry: Element, base: str) -> SourceObject:
    links = {one.get("rel", "alternate"): one.get("href", "") for one in entry.findall(f"{ATOM}link")}
    author = entry.find(f"{ATOM}author")
    body, summary = _text(entry, f"{ATOM}content"), _text(entry, f"{ATOM}summary")
    return SourceObject(
        ARTICLE,
        _text(entry, f"{ATOM}id"),
        address=absolute_address(base, links.get("alternate", "")),
        title=_text(entry, f"{ATOM}title"),
        body=body or summary,
        summary=summary if body else "",
        date=feed_date(_text(entry, f"{ATOM}published") or _text(entry, f"{ATOM}updated")),
        author=_text(author, f"{ATOM}name"),
        categories=[one.get("label") or one.get("term", "") for one in entry.findall(f"{ATOM}category")],
    )


def _text(element: Element | None, name: str) -> str:
    """Return the content of a child: its text, or its elements as HTML."""
    child = None if element is None else element.find(name)
    if child is None:
        return ""
    return "".join(child.itertext()).strip()


def feed_date(text: str) -> str:
    """Return a date of RSS or Atom in ISO 8601; "" if it is none."""
    if re.match(r"\d{4}-\d\d-\d\d", text):
        return text
    try:
        return parsedate_to_datetime(text).isoformat()
    except (TypeError, ValueError):
        return ""
