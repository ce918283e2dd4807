"""The part of channels in alerts, and in the newsletter's sign-up."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from home.alerts.extension_points import AlertChannel, AlertExtension
from newsletter.extension_points import NewsletterExtension, SignupOption

from .push import vapid_keys
from .sms.alert_views import CLEAR_LABEL, LABEL, alert_sms_state, alert_sms_url, may_clear, was_sent
from .sms.channel import SmsChannel


class ChannelAlertExtension(AlertExtension):
    """Alerts by SMS. Nothing is sent before a user presses the button."""

    def alert_channels(self) -> Mapping[str, AlertChannel]:
        return {"sms": AlertChannel(LABEL, alert_sms_state, alert_sms_url, was_sent, may_clear, CLEAR_LABEL)}


class ChannelNewsletterExtension(NewsletterExtension):
    """SMS and push notifications on the page of the newsletter's sign-up."""

    def signup_options(self) -> Mapping[str, SignupOption]:
        return {
            "sms": SignupOption(_("By SMS"), "phone", "news:sms_subscribe", lambda: SmsChannel().ready),
            "push": SignupOption(_("On this device"), "news", "news:push", vapid_keys.is_configured),
        }
