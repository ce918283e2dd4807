"""Style sheet of the public site, and minification of style sheets and scripts."""

import re
from functools import cache, lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders

SITE = "css/site.css"
REMARKS = {
    "css": re.compile(r"/\*.*?\*/", re.DOTALL),
    # Comments on lines of their own, and comments at the end of a line without quotes: with quotes it may be part of a
    # string. //# is an instruction for the browser.
    "js": re.compile(
        r"""^[ \t]*(//(?!#)[^\n]*|/\*.*?\*/[ \t]*)$|[ \t]+//[ ][^"'`\n]*$""", re.DOTALL | re.MULTILINE
    ),
}
INDENTATION = re.compile(r"\n\s+")
# For style sheets, whose strings contain no braces, semicolons, commas or arrows.
AROUND_BRACES = re.compile(r";?\s*([{}])\s*")
AROUND_MARKS = re.compile(r"\s*([,>])\s*")
AROUND_SIBLINGS = re.compile(r"\s*([+~])\s*(?=[^{}();]*\{)")  # of selectors: sums in calc() need their spaces
AROUND_NAMES = re.compile(r"((?<=[{;])\s*|\()([\w-]+):[ \n]+")


def minify(text: str, kind: str) -> str:
    """Remove comments and indentation from a style sheet or script. ``kind``: "css" or "js"."""
    text = INDENTATION.sub("\n", REMARKS[kind].sub("", text)).strip() + "\n"
    if kind != "css":
        return text
    for around in (AROUND_BRACES, AROUND_MARKS, AROUND_SIBLINGS):
        text = around.sub(r"\1", text)
    return AROUND_NAMES.sub(lambda found: f"{found[1].strip()}{found[2]}:", text)


def site_stylesheet() -> str:
    """Return the minified style sheet of the site. It refers to no other file, because several addresses serve it."""
    source = _source()
    return _read(source, source.stat().st_mtime_ns)


@cache
def _source() -> Path:
    return Path(finders.find(SITE))


@lru_cache(maxsize=1)
def _read(source: Path, _changed_at: int) -> str:
    return minify(source.read_text(encoding="utf-8"), "css")
