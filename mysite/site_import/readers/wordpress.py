"""Reader of the export file of WordPress (WXR): pages, posts, events, files, and redirects of plugins."""

import re
from collections.abc import Iterator
from html import escape
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..exceptions import SourceError
from ..old_addresses import absolute_address, file_extension
from ..source_files import Source
from ..source_objects import ARTICLE, DOCUMENT, EVENT, IMAGE, PAGE, REDIRECT, SourceObject
from .base import SourceReader, xml_error

CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
EXCERPT = re.compile(r"\{http://wordpress\.org/export/[\d.]+/excerpt/\}encoded")
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
NAMESPACE = re.compile(r"\{http://wordpress\.org/export/[\d.]+/\}")
KINDS = {"page": PAGE, "post": ARTICLE, "tribe_events": EVENT, "attachment": DOCUMENT}
REDIRECT_TYPES = {"redirect_rule", "redirect"}  # Safe Redirect Manager and its like
SHORTCODE = re.compile(r"\[(/?)([a-z][\w-]*)((?:\s[^\[\]]*)?)/?\]", re.I)
CAPTION = re.compile(r"\[(caption|wp_caption)\b[^\]]*\](.*?)\[/\1\]", re.S | re.I)
GALLERY = re.compile(r"\[gallery\b([^\]]*)\]", re.I)
EMBED = re.compile(r"\[(embed|video|audio|youtube|vimeo)\b([^\]]*)\](?:([^\[]*)\[/\1\])?", re.I)
ATTRIBUTE = re.compile(r"""(\w+)\s*=\s*(?:"([^"]*)"|'([^']*)'|(\S+))""")
LINE_ADDRESS = re.compile(r"^\s*(https?://\S+)\s*$", re.M)
NAMES = (
    "p|h[1-6]|[uod]l|li|d[td]|table|thead|tbody|t[rdh]|div|blockquote|figure|hr|pre|section|iframe|details"
)
BLOCKS = rf"</?(?:{NAMES})\b"


class WordPressReader(SourceReader):
    """An export of *Tools › Export › All content*."""

    key, label = "wordpress", gettext_lazy("WordPress: export file (WXR)")
    files = (".xml", ".wxr")
    needs_file = True
    names_address = True

    def objects(self, source: Source) -> Iterator[SourceObject]:
        rows, base = self._rows(source)
        files = {row["id"]: row for row in rows if row["type"] == "attachment"}
        events = {row["id"]: row for row in rows if row["type"] in ("tribe_venue", "tribe_organizer")}
        source.address = address = source.address or absolute_address("", base)
        for row in rows:
            if row["type"] in REDIRECT_TYPES:
                yield from _redirect(row, address)
            elif row["type"] in KINDS:
                yield _object(row, files, events, address)

    def _rows(self, source: Source) -> tuple[list[dict], str]:
        """Return the items of the export, and the address of the old site."""
        rows, base, is_export = [], "", False
        try:
            for _event, element in iterparse(self.expected_file(source), events=("end",)):
                name = NAMESPACE.sub("wp:", element.tag)
                if name == "wp:wxr_version":
                    is_export = True
                elif name == "wp:base_blog_url":
                    base = element.text or ""
                elif name == "item":
                    rows.append(_row(element))
                    element.clear()
        except (ParseError, DefusedXmlException, ValueError) as error:
            raise xml_error(error) from error
        if not is_export:
            raise SourceError(_("This is no export file of WordPress."))
        return rows, base


def _row(item: Element) -> dict:
    row = {"meta": {}, "categories": [], "excerpt": "", "comments": 0, "content": ""}
    for child in item:
        name, text = NAMESPACE.sub("wp:", child.tag), child.text or ""
        if name == "wp:postmeta":
            pair = {NAMESPACE.sub("", one.tag): one.text or "" for one in child}
            row["meta"][pair.get("meta_key", "")] = pair.get("meta_value", "")
        elif name == "category":
            if child.get("domain") in ("category", "tribe_events_cat"):
                row["categories"].append(text)
        elif name == "wp:comment":
            row["comments"] += 1
        elif name == CONTENT + "encoded":
            row["content"] = text
        elif EXCERPT.fullmatch(name):
            row["excerpt"] = text
        elif name == CREATOR:
            row["author"] = text
        else:
            row[name.removeprefix("wp:post_").removeprefix("wp:")] = text
    return row | {"id": row.get("id", ""), "type": row.get("type", ""), "title": row.get("title", "")}


def _object(row: dict, files: dict, events: dict, base: str) -> SourceObject:
    key, kind = f"wp:{row['id']}", KINDS[row["type"]]
    address = absolute_address(base, row.get("link", ""))
    parent = row.get("parent", "0")
    found = SourceObject(
        kind,
        key,
        address=address,
        title=row["title"],
        date=_published(row),
        author=row.get("author", ""),
        categories=row["categories"],
        parent=f"wp:{parent}" if kind == PAGE and parent not in ("", "0") else "",
        order=int(row["menu_order"]) if row.get("menu_order", "").isdecimal() else 0,
        published=row.get("status") == "publish" and not row.get("password"),
    )
    if kind == DOCUMENT:
        return _file(found, row, base)
    body, remarks = expand_shortcodes(row["content"], files)
    found.body, found.summary, found.remarks = body, row["excerpt"], remarks
    number = row["id"]
    found.other_addresses = [absolute_address(base, f"/?{name}={number}") for name in ("p", "page_id")]
    if picture := files.get(row["meta"].get("_thumbnail_id", "")):
        found.picture, found.alt = picture.get("attachment_url", ""), _alt(picture)
        found.caption = picture["excerpt"]
    if row["comments"]:
        found.remarks.append(["comments", {"number": row["comments"]}])
    if kind == EVENT:
        found.start = _date(row["meta"].get("_EventStartDate", ""))
        found.end = _date(row["meta"].get("_EventEndDate", ""))
        found.place = events.get(row["meta"].get("_EventVenueID", ""), {}).get("title", "")
    return found


def _file(found: SourceObject, row: dict, base: str) -> SourceObject:
    address = absolute_address(base, row.get("attachment_url", "") or row.get("guid", ""))
    if file_extension(address) in settings.WAGTAILIMAGES_EXTENSIONS:
        found.kind = IMAGE
    number = row["id"]
    found.other_addresses = [
        one for one in (found.address, absolute_address(base, f"/?attachment_id={number}")) if one
    ]
    found.address, found.alt, found.caption = address, _alt(row), row["excerpt"]
    found.parent, found.published = "", True
    return found


def _redirect(row: dict, base: str) -> Iterator[SourceObject]:
    old = row["meta"].get("_redirect_rule_from", "")
    target = row["meta"].get("_redirect_rule_to", "")
    if old and target and "*" not in old and row["meta"].get("_redirect_rule_from_regex", "0") in ("", "0"):
        yield SourceObject(
            REDIRECT,
            f"wp:{row['id']}",
            address=absolute_address(base, old),
            title=old,
            target=absolute_address(base, target),
            published=row.get("status") == "publish",
        )


def expand_shortcodes(content: str, files: dict[str, dict]) -> tuple[str, list[list]]:
    """Return the content as HTML, and remarks on what was removed. ``files``: the attachments by number."""
    remarks: list[list] = []
    content = CAPTION.sub(lambda found: _figure(found[2]), content)
    content = GALLERY.sub(lambda found: _gallery(found[1], files), content)
    content = EMBED.sub(_embed, content)

    def removed(found: re.Match) -> str:
        remark = ["shortcode", {"name": found[2].lower()}]
        if not found[1] and remark not in remarks:
            remarks.append(remark)
        return ""

    content = SHORTCODE.sub(removed, content)
    content = LINE_ADDRESS.sub(lambda found: f'<iframe src="{escape(found[1])}"></iframe>', content)
    return _with_paragraphs(content), remarks


def _figure(inner: str) -> str:
    picture = re.match(r"\s*(?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*</a>)?", inner, re.I)
    if not picture:
        return inner
    return f"<figure>{picture[0]}<figcaption>{inner[picture.end() :]}</figcaption></figure>"


def _gallery(attributes: str, files: dict[str, dict]) -> str:
    numbers = re.findall(r"\d+", _attributes(attributes).get("ids", ""))
    pictures = [
        f'<figure><img src="{escape(file.get("attachment_url", ""))}" alt="{escape(_alt(file))}">'
        f"<figcaption>{escape(file['excerpt'])}</figcaption></figure>"
        for number in numbers
        if (file := files.get(number))
    ]
    return f'<div class="gallery">{"".join(pictures)}</div>'


def _embed(found: re.Match) -> str:
    address = (found[3] or "").strip() or next(
        (
            value
            for name, value in _attributes(found[2] or "").items()
            if name in ("src", "mp4", "mp3", "url", "id")
        ),
        "",
    )
    if not address.startswith("http"):
        return found[0]
    return f'<iframe src="{escape(address)}"></iframe>'


def _attributes(text: str) -> dict[str, str]:
    return {found[1].lower(): found[2] or found[3] or found[4] or "" for found in ATTRIBUTE.finditer(text)}


def _with_paragraphs(content: str) -> str:
    """Return classic content, whose paragraphs are blank lines, with elements for them."""
    if "<!-- wp:" in content or re.search(r"<p[\s>]", content):
        return content
    parts = re.split(r"\n\s*\n", content.replace("\r\n", "\n"))
    return "\n".join(
        part if re.match(rf"\s*{BLOCKS}", part, re.I) else f"<p>{part.strip().replace(chr(10), '<br>')}</p>"
        for part in parts
        if part.strip()
    )


def _alt(row: dict) -> str:
    return row["meta"].get("_wp_attachment_image_alt", "")


def _published(row: dict) -> str:
    moment = _date(row.get("date_gmt", ""))
    return f"{moment}Z" if moment else _date(row.get("date", ""))


def _date(text: str) -> str:
    return text.replace(" ", "T") if re.fullmatch(r"[1-9]\d{3}-\d\d-\d\d \d\d:\d\d(:\d\d)?", text) else ""
