"""Machine translators for wagtail-localize, as the operator configured them.

The editor marks a machine translation as such, and a person publishes it.
"""

import logging

from requests import RequestException
from wagtail_localize.machine_translators.deepl import DeepLTranslator
from wagtail_localize.machine_translators.libretranslate import LibreTranslator

BATCH_SIZE = 50  # texts per request, the maximum of DeepL
logger = logging.getLogger(__name__)


class BatchTranslationMixin:
    """Mixin that requests translations in batches. If the translator fails, the remaining texts stay untranslated."""

    def translate(self, source_locale, target_locale, strings):
        strings, found = list(strings), {}
        for start in range(0, len(strings), BATCH_SIZE):
            try:
                found |= super().translate(source_locale, target_locale, strings[start : start + BATCH_SIZE])
            except (RequestException, KeyError, ValueError) as fault:
                logger.warning("%s did not translate: %s", self.display_name, type(fault).__name__)
                break
        return found


class LibreTranslate(BatchTranslationMixin, LibreTranslator):
    pass


class DeepL(BatchTranslationMixin, DeepLTranslator):
    def get_api_endpoint(self):
        return self.options.get("URL") or super().get_api_endpoint()

    def get_parameters(self, source_locale, target_locale, strings):
        """Return the parameters. For English, DeepL requires a choice between British and American."""
        asked = super().get_parameters(source_locale, target_locale, strings)
        return asked | ({"target_lang": "EN-GB"} if asked["target_lang"] == "EN" else {})
