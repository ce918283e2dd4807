"""The text to which subscribers consent. A change of the text requires a new ``VERSION``."""

from django.utils.translation import gettext_lazy as _

VERSION = "2026-1"
WORDING = _(
    "We write to you only about the topics you chose. We do not use your address for any "
    "other purpose or share it. Every newsletter has a link to unsubscribe."
)
