"""Rich text in definitions: only markup that editors can enter, without primary keys."""

import re
from html.parser import HTMLParser

from django.utils.translation import gettext_lazy as _
from wagtail.rich_text import expand_db_html

from eservices.formbuilder.schema.shapes import WRONG, TextShape

TAGS = {"p", "br", "b", "strong", "i", "em", "ul", "ol", "li", "a"}
ADDRESS = re.compile(r"(https?://|mailto:|tel:|/|#)\S*")
BLOCK_KEY = re.compile(r' data-block-key="[^"]*"')


class RichTextShape(TextShape):
    """Shape of paragraphs, lists, bold, italic and links, as HTML."""

    def read(self, value, path, reading):
        found = super().read(value, path, reading)
        if found is WRONG or is_editor_html(found):
            return found
        return reading.note(
            path, _("You can only use p, br, b, i, ul, ol, li and a with an address here."), found
        )


def is_editor_html(html: str) -> bool:
    """Return whether the HTML has only markup that an editor can enter."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.plain


def portable_html(html: str) -> str:
    """Return Wagtail's rich text with URLs instead of references to pages and documents."""
    return BLOCK_KEY.sub("", expand_db_html(html))


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.plain = True

    def handle_starttag(self, tag, attrs):
        self.plain = self.plain and tag in TAGS and all(self._fits(tag, *pair) for pair in attrs)

    def _fits(self, tag: str, name: str, value: str | None) -> bool:
        return tag == "a" and name == "href" and bool(ADDRESS.fullmatch(value or ""))

    def handle_endtag(self, tag):
        self.plain = self.plain and tag in TAGS

    def _refuse(self, _markup):
        self.plain = False

    handle_comment = handle_decl = handle_pi = unknown_decl = _refuse
