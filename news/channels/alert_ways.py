"""Alerts by SMS: nothing leaves before somebody presses the button, and the list of alerts says so."""

from home.alerts.ways import alert_ways

from .sms.alerts import state

alert_ways.register("sms")(state)
