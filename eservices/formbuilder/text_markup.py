"""Conversion of a form's texts to HTML: plain text with paragraphs, lists ("- ") and links, nothing else."""

import re

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

LINK = re.compile(r"\[([^\[\]]{1,200})\]\(((?:https?://|mailto:|tel:|/)[^\s()]{1,500})\)")


def render_prose(text: str) -> SafeString:
    """Return HTML: paragraphs at blank lines, lists if all lines begin with "- ", ``[words](address)`` as links."""
    blocks = [block.strip() for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if block.strip()]
    return mark_safe("".join(_block(block) for block in blocks))


def _block(block: str) -> SafeString:
    lines = block.split("\n")
    if all(line.startswith("- ") for line in lines):
        return format_html(
            "<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((_inline(line[2:]),) for line in lines))
        )
    return format_html("<p>{}</p>", mark_safe("<br>".join(_inline(line) for line in lines)))


def _inline(line: str) -> SafeString:
    found, last = [], 0
    for link in LINK.finditer(line):
        found += [
            conditional_escape(line[last : link.start()]),
            format_html('<a href="{}">{}</a>', link[2], link[1]),
        ]
        last = link.end()
    return mark_safe("".join([*found, conditional_escape(line[last:])]))
