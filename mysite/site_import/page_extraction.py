"""Extraction of a page from the HTML of any website: its title, its main content, and what is known about it."""

import json
import re
from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag

from .old_addresses import absolute_address, address_key
from .source_objects import ARTICLE, EVENT, PAGE, SourceObject

MAIN = (
    "main",
    "[role=main]",
    "#main-content",
    "#content",
    "#main",
    ".main-content",
    ".entry-content",
    "article",
)
BESIDE = (
    *(
        "nav",
        "aside",
        "footer:not(blockquote footer)",
        "[role=navigation]",
        "[role=search]",
        "[role=complementary]",
        "[role=contentinfo]",
    ),
    *("script:not([type='application/ld+json'])", "style", "template", "dialog", "[hidden]", "button"),
    *(
        ".breadcrumb",
        ".breadcrumbs",
        "#breadcrumb",
        ".share",
        ".social",
        ".sidebar",
        "#sidebar",
        ".skip-link",
    ),
    *("#comments", ".comments", ".pagination", ".sr-only", ".visually-hidden", ".screen-reader-text"),
)
TITLE_ENDS = re.compile(r"\s+[|–—·»]\s+|\s+-\s+")
ARTICLE_TYPES = {"NewsArticle", "Article", "BlogPosting", "ReportageNewsArticle"}
DATE_CLASS = re.compile(r"meta|date|modif|changed")
SENTENCE_ENDS = ".!?:"
LONGEST_DATE_LINE = 100  # characters of a line with date and author
LEAST_TEXT = 40  # characters of a main content
MOST_STRUCTURED = 100_000  # characters of structured data


def extract_page(content: bytes, found: SourceObject, charset: str | None = None) -> SourceObject:
    """Complete an object with what its HTML contains. ``charset``: as the server named it."""
    soup = BeautifulSoup(_decoded(content, charset), "lxml")
    data = list(_structured_data(soup))
    base = soup.find("base", href=True)
    address = absolute_address(found.address, base["href"]) if base else found.address
    heading = soup.find("h1")
    main = _main_content(soup)
    found.language = str((soup.html and soup.html.get("lang")) or "")[:2].lower()
    title = (main.find("h1") if main else None) or heading
    found.title = _words(title) or _meta(soup, "og:title") or _page_title(soup)
    found.summary = _meta(soup, "description") or _meta(soup, "og:description")
    found.kind, found.date = _kind(soup, data), _date(soup, data, main)
    if found.kind == EVENT:
        _read_event(found, next(one for one in data if _type(one) == "Event"))
    canonical = soup.find("link", rel="canonical", href=True)
    other = absolute_address(address, str(canonical["href"])) if canonical else ""
    if other and address_key(other) != address_key(found.address):
        found.other_addresses.append(other)
    found.body = _body(main, found, address) if main else ""
    return found


def _decoded(content: bytes, charset: str | None) -> str | bytes:
    """Decode a page as browsers do. Without a known encoding, the page itself names it."""
    if not charset:
        return content
    if charset.lower() in ("iso-8859-1", "latin-1", "latin1", "ascii", "us-ascii"):
        charset = "cp1252"  # as the standard of HTML says
    try:
        return content.decode(charset, "replace")
    except LookupError:
        return content


def _main_content(soup: BeautifulSoup) -> Tag | None:
    """Return the element with the main content: as it is marked, else the one with most paragraphs."""
    for selector in ",".join(BESIDE).split(","):
        for tag in soup.select(selector):
            if not tag.decomposed and not tag.find("h1"):
                tag.decompose()
    if (heading := soup.find("h1")) and (article := heading.find_parent("article")):
        return article
    for selector in MAIN:
        marked = [tag for tag in soup.select(selector) if len(tag.get_text(strip=True)) >= LEAST_TEXT]
        if marked:
            return max(marked, key=lambda tag: len(tag.get_text()))
    holders: dict[int, tuple[Tag, int]] = {}
    for paragraph in soup.find_all("p"):
        holder = paragraph.parent
        known = holders.get(id(holder), (holder, 0))[1]
        holders[id(holder)] = (holder, known + len(paragraph.get_text(strip=True)))
    if holders:
        return max(holders.values(), key=lambda pair: pair[1])[0]
    return soup.body


def _body(main: Tag, found: SourceObject, address: str) -> str:
    """Return the main content as HTML, with absolute addresses, without title, date and lead at its top."""
    heading = main.find("h1")
    if heading and _words(heading) == found.title:
        (_title_header(main, heading, found.title) or heading).decompose()
    for paragraph in main.find_all(["p", "div"], limit=6):
        if found.summary and _words(paragraph) == " ".join(found.summary.split()):
            paragraph.decompose()
            break
    for line in (_date_line(main), _last_change(main)):
        if line is not None and not line.decomposed:
            line.decompose()
    for tag in main.find_all(["a", "img", "iframe", "source"]):
        for name in ("href", "src", "data-src"):
            value = str(tag.get(name) or "")
            if (
                value
                and not re.match(r"[a-z][a-z0-9+.-]*:|#", value, re.I)
                and (full := absolute_address(address, value))
            ):
                tag[name] = full + (f"#{value.partition('#')[2]}" if "#" in value else "")
    return main.decode_contents()


def _title_header(main: Tag, heading: Tag, title: str) -> Tag | None:
    """Return the header with the title of the page, if all the rest of it is a date and an author."""
    header = heading.find_parent("header")
    if header is None or all(one is not main for one in header.parents) or header.find("img"):
        return None
    return header if len(header.get_text(strip=True)) < len(title) + 80 else None


def _date_line(main: Tag) -> Tag | None:
    """Return the line with the date of the page, which comes before its first paragraph and is no sentence."""
    for line in main.find_all(["p", "div"]):
        words = line.get_text(strip=True)
        if not words or line.find(["p", "div"]):
            continue
        is_short = len(words) < LONGEST_DATE_LINE
        if line.find("time") and is_short and words[-1] not in SENTENCE_ENDS:
            return line
        if line.name == "p" or not is_short:
            return None
    return None


def _last_change(main: Tag) -> Tag | None:
    """Return the line at the end that names the last change, if its class says so."""
    times = main.find_all("time")
    line = times[-1].find_parent(["p", "div"]) if times else None
    if line is None or not DATE_CLASS.search(" ".join(line.get("class", []))):
        return None
    words, whole = line.get_text(strip=True), main.get_text(strip=True)
    return line if len(words) < LONGEST_DATE_LINE and whole.endswith(words) else None


def _kind(soup: BeautifulSoup, data: list[dict]) -> str:
    types = {_type(one) for one in data}
    if "Event" in types:
        return EVENT
    return ARTICLE if types & ARTICLE_TYPES or _meta(soup, "og:type") == "article" else PAGE


def _date(soup: BeautifulSoup, data: list[dict], main: Tag | None) -> str:
    published = [str(one["datePublished"]) for one in data if one.get("datePublished")]
    time = main.find("time", datetime=True) if main else None
    return (
        next(iter(published), "")
        or _meta(soup, "article:published_time")
        or str(time["datetime"] if time else "")
    )


def _read_event(found: SourceObject, event: dict) -> None:
    found.start, found.end = str(event.get("startDate") or ""), str(event.get("endDate") or "")
    place = event.get("location")
    place = place[0] if isinstance(place, list) and place else place
    found.place = str(place.get("name") or "") if isinstance(place, dict) else str(place or "")


def _structured_data(soup: BeautifulSoup) -> Iterator[dict]:
    """Yield the objects of the page's JSON-LD. Anything else in it is skipped."""
    for script in soup.find_all("script", type="application/ld+json"):
        try:
            content = json.loads(script.get_text()[:MOST_STRUCTURED])
        except (ValueError, RecursionError):
            continue
        listed = content if isinstance(content, list) else [content]
        for one in listed:
            if isinstance(one, dict):
                graph = one.get("@graph")
                yield from (
                    (each for each in graph if isinstance(each, dict)) if isinstance(graph, list) else [one]
                )


def _type(one: dict) -> str:
    value = one.get("@type")
    found = str(value[0]) if isinstance(value, list) and value else str(value)
    return "Event" if found.endswith("Event") else found


def _meta(soup: BeautifulSoup, name: str) -> str:
    tag = soup.find("meta", attrs={"name": name}) or soup.find("meta", attrs={"property": name})
    return str(tag.get("content") or "").strip() if tag else ""


def _page_title(soup: BeautifulSoup) -> str:
    return TITLE_ENDS.split(_words(soup.title))[0] if soup.title else ""


def _words(tag: Tag | None) -> str:
    return " ".join(tag.get_text(" ").replace("\xad", "").split()) if tag else ""
