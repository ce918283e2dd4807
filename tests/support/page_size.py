"""Compressed size of a page and all that it loads, without photos."""

import gzip
import re
from functools import cache
from pathlib import Path

from django.conf import settings

from home.appearance.stylesheets import SITE, minify

STATIC = Path(settings.BASE_DIR, "mysite/static").resolve()
LINKED = re.compile(r'"/static/((?:js|css|img|fonts)/[^"#?]+\.(?:js|css|svg|woff2))')
IMPORTED = re.compile(r'(?:from|import)\s*\(?\s*"(\.{1,2}/[^"]+\.js)"')


def weights(page: bytes) -> dict[str, int]:
    """Return the compressed bytes of a page and of each style sheet, script, drawing and font that it loads."""
    linked = {STATIC / name for name in LINKED.findall(page.decode())}
    if b'href="/styles-' in page:  # with the commune's colours, which add some hundred bytes
        linked.add(STATIC / SITE)
    files = _with_imports(linked)
    return {"page": _packed(page)} | {file.name: _weight(file) for file in files}


def _with_imports(files: set[Path]) -> set[Path]:
    found = files | {
        (file.parent / name).resolve()
        for file in files
        if file.suffix == ".js"
        for name in IMPORTED.findall(file.read_text())
    }
    return found if found == files else _with_imports(found)


@cache
def _weight(file: Path) -> int:
    return file.stat().st_size if file.suffix == ".woff2" else _packed(_sent(file))


def _sent(file: Path) -> bytes:
    """Return a style sheet or script minified as collectstatic does it; a drawing as it is."""
    text = file.read_text()
    return (text if file.suffix == ".svg" else minify(text, file.suffix[1:])).encode()


def _packed(content: bytes) -> int:
    return len(gzip.compress(content))
