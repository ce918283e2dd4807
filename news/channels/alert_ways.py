"""Alerts by SMS: nothing leaves before somebody presses the button, and the list of alerts says so."""

from home.alerts.channels import AlertChannel, alert_channels

from .sms.alert_views import CLEAR_LABEL, LABEL, alert_sms_state, alert_sms_url, may_clear, was_sent

alert_channels.register("sms")(
    AlertChannel(LABEL, alert_sms_state, alert_sms_url, was_sent, may_clear, CLEAR_LABEL)
)
