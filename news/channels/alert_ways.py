"""Alerts by SMS: nothing leaves before somebody presses the button, and the list of alerts says so."""

from home.alerts.ways import AlertWay, alert_ways

from .sms.alerts import CLEAR_LABEL, LABEL, address, may_clear, state, was_sent

alert_ways.register("sms")(AlertWay(LABEL, state, address, was_sent, may_clear, CLEAR_LABEL))
