"""Storage of style sheets, scripts and pictures."""

import re

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

from home.appearance.stylesheets import minify

OURS = re.compile(r"(css|js)/.+\.(css|js)")


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """A storage that names every file by its content, including imported JavaScript modules.

    Browsers can cache the files forever and never mix those of two releases. Comments in our own files are removed:
    the first view has a budget in bytes, and comments should not have to be short for it.
    """

    support_js_module_import_aggregation = True

    def _save(self, name, content):
        found = OURS.fullmatch(name.replace("\\", "/"))
        if found:
            content.seek(0)
            content = ContentFile(minify(content.read().decode(), found[2]).encode())
        return super()._save(name, content)
