"""The style sheet of the public site as browsers get it, and how style sheets and scripts are shortened for them."""

import re
from functools import cache, lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders

SITE = "css/site.css"
REMARKS = {
    "css": re.compile(r"/\*.*?\*/", re.DOTALL),
    # What has lines of its own, and what ends a line without a quote: else it may be part of a text. //# speaks to
    # the browser.
    "js": re.compile(
        r"""^[ \t]*(//(?!#)[^\n]*|/\*.*?\*/[ \t]*)$|[ \t]+//[ ][^"'`\n]*$""", re.DOTALL | re.MULTILINE
    ),
}
INDENTATION = re.compile(r"\n\s+")
# In a style sheet, whose texts have no braces, semicolons, commas or arrows.
AROUND_BRACES = re.compile(r";?\s*([{}])\s*")
AROUND_MARKS = re.compile(r"\s*([,>])\s*")
AROUND_SIBLINGS = re.compile(r"\s*([+~])\s*(?=[^{}();]*\{)")  # of selectors: sums need their blanks
AROUND_NAMES = re.compile(r"((?<=[{;])\s*|\()([\w-]+):[ \n]+")


def minify(text: str, kind: str) -> str:
    """What a browser needs of a style sheet or a script: neither remarks nor indentation."""
    text = INDENTATION.sub("\n", REMARKS[kind].sub("", text)).strip() + "\n"
    if kind != "css":
        return text
    for around in (AROUND_BRACES, AROUND_MARKS, AROUND_SIBLINGS):
        text = around.sub(r"\1", text)
    return AROUND_NAMES.sub(lambda found: f"{found[1].strip()}{found[2]}:", text)


def site_stylesheet() -> str:
    """The style sheet of the site. It refers to no other file: it is sent from more than one address."""
    source = _source()
    return _read(source, source.stat().st_mtime_ns)


@cache
def _source() -> Path:
    return Path(finders.find(SITE))


@lru_cache(maxsize=1)
def _read(source: Path, _changed_at: int) -> str:
    return minify(source.read_text(encoding="utf-8"), "css")
