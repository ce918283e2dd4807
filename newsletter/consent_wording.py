"""The text to which subscribers consent. A change of the text requires a new ``VERSION``."""

from django.utils.translation import gettext_lazy as _

VERSION = "2026-1"
WORDING = _(
    "We write to you only on the topics you chose. Your address is used for nothing else and given to "
    "nobody. Every letter has a link to unsubscribe."
)
