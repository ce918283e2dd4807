"""How style sheets, scripts and pictures are kept."""

import re
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

SITE_STYLES = "css/site.css"
OURS = re.compile(r"(css|js)/.+\.(css|js)")
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
AROUND_NAMES = re.compile(r"(?<=[{;])\s*([\w-]+):[ \n]+")


def shortened(text: str, kind: str) -> str:
    """What a browser needs of a style sheet or a script: neither remarks nor indentation."""
    text = INDENTATION.sub("\n", REMARKS[kind].sub("", text)).strip() + "\n"
    if kind != "css":
        return text
    for around in (AROUND_BRACES, AROUND_MARKS):
        text = around.sub(r"\1", text)
    return AROUND_NAMES.sub(r"\1:", text)


@lru_cache
def site_styles() -> str:
    """The style sheet of the public site, as browsers get it."""
    return shortened(Path(finders.find(SITE_STYLES)).read_text(), "css")


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Names every file by its content, also modules that are imported by other modules.

    So a browser may keep all of them for ever, and never mixes those of two releases. Ours are collected without
    their remarks: a first view has a budget in bytes, and remarks should not have to be short for it.
    """

    support_js_module_import_aggregation = True

    def _save(self, name, content):
        found = OURS.fullmatch(name.replace("\\", "/"))
        if found:
            content.seek(0)
            content = ContentFile(shortened(content.read().decode(), found[2]).encode())
        return super()._save(name, content)
