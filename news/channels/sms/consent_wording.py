"""The text to which readers by SMS consent. Each consent records the version that was shown: see ``ConsentText``."""

from django.utils.translation import gettext_lazy as _

SUBJECT = "sms"
WORDING = _(
    "We send a code to this number. Your subscription starts when you enter it. We use the number for no other "
    "purpose and share it only with the company that sends the messages. Reply STOP to end them."
)
