"""How style sheets, scripts and pictures are kept."""

import re

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

from home.appearance.stylesheets import minify

OURS = re.compile(r"(css|js)/.+\.(css|js)")


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
            content = ContentFile(minify(content.read().decode(), found[2]).encode())
        return super()._save(name, content)
