"""Style sheet of the public site, and minification of style sheets and scripts."""

import re
from functools import cache, lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.templatetags.static import static
from rjsmin import jsmin

SITE = "css/site.css"
PAGES = "css/pages.css"
SERIF = "fonts/serif.woff2"
REMARKS = re.compile(r"/\*.*?\*/", re.DOTALL)
INDENTATION = re.compile(r"\n\s+")
# rcssmin would join “a :is(b)”. The strings of ours contain no braces, semicolons, commas or arrows.
AROUND_BRACES = re.compile(r";?\s*([{}])\s*")
AROUND_MARKS = re.compile(r"\s*([,>])\s*")
AROUND_SIBLINGS = re.compile(r"\s*([+~])\s*(?=[^{}();]*\{)")  # of selectors: sums in calc() need their spaces
AROUND_NAMES = re.compile(r"((?<=[{;])\s*|\()([\w-]+):[ \n]+")
FONT = re.compile(r"\.\./(fonts/[\w.-]+)")
INSTRUCTION = re.compile(r"//#.*\n")  # for the browser, in the first line of a script


def minify(text: str, kind: str) -> str:
    """Remove comments and spaces from a style sheet or script. ``kind``: "css" or "js"."""
    return _minify_stylesheet(text) if kind == "css" else _minify_script(text)


def _minify_stylesheet(text: str) -> str:
    text = INDENTATION.sub("\n", REMARKS.sub("", text)).strip() + "\n"
    for around in (AROUND_BRACES, AROUND_MARKS, AROUND_SIBLINGS):
        text = around.sub(r"\1", text)
    return AROUND_NAMES.sub(lambda found: f"{found[1].strip()}{found[2]}:", text)


def _minify_script(text: str) -> str:
    instruction = INSTRUCTION.match(text)
    return (instruction[0] if instruction else "") + jsmin(text)


def site_stylesheet() -> str:
    """Return the minified style sheet of the site. Its fonts have whole addresses: several addresses serve it."""
    source = _source()
    return _read(source, source.stat().st_mtime_ns, static(SERIF))


@cache
def _source() -> Path:
    return Path(finders.find(SITE))


@lru_cache(maxsize=1)
def _read(source: Path, _changed_at: int, _font: str) -> str:
    return FONT.sub(lambda found: static(found[1]), minify(source.read_text(encoding="utf-8"), "css"))
