"""What the newsletter's sign-up offers beside the e-mail."""

from django.utils.translation import gettext_lazy as _

from newsletter.ways import Way, ways

from .push import keys
from .sms.sending import Sms

ways.register("sms")(Way(_("By SMS"), "phone", "news:sms_subscribe", lambda: Sms().ready))
ways.register("push")(Way(_("On this device"), "news", "news:push", keys.ready))
