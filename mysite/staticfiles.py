"""How style sheets, scripts and pictures are kept."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Names every file by its content, also modules that are imported by other modules.

    So a browser may keep all of them for ever, and never mixes those of two releases.
    """

    support_js_module_import_aggregation = True
