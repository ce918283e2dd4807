"""SMS and push notifications as options of the newsletter's sign-up."""

from django.utils.translation import gettext_lazy as _

from newsletter.signup_options import SignupOption, signup_options

from .push import vapid_keys
from .sms.channel import SmsChannel

signup_options.register("sms")(
    SignupOption(_("By SMS"), "phone", "news:sms_subscribe", lambda: SmsChannel().ready)
)
signup_options.register("push")(
    SignupOption(_("On this device"), "news", "news:push", vapid_keys.is_configured)
)
