"""Alerts by SMS: nothing leaves before somebody presses the button, and the list of alerts says so."""

from home.alerts.ways import AlertWay, alert_ways

from .sms.alerts import LABEL, address, state

alert_ways.register("sms")(AlertWay(LABEL, state, address))
