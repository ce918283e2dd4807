"""Alerts by SMS: the list of alerts shows their state; nothing is sent before a user presses the button."""

from home.alerts.channels import AlertChannel, alert_channels

from .sms.alert_views import CLEAR_LABEL, LABEL, alert_sms_state, alert_sms_url, may_clear, was_sent

alert_channels.register("sms")(
    AlertChannel(LABEL, alert_sms_state, alert_sms_url, was_sent, may_clear, CLEAR_LABEL)
)
