"""The text to which subscribers consent. Each consent records the version that was shown: see ``ConsentText``."""

from django.utils.translation import gettext_lazy as _

SUBJECT = "newsletter"
WORDING = _(
    "We write to you only about the topics you chose. We do not use your address for any "
    "other purpose or share it. Every newsletter has a link to unsubscribe."
)
