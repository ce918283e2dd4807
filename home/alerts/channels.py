"""Extension point for channels that announce an alert outside the site.

An app registers its channel in its own ``alert_ways.py``::

    from home.alerts.channels import AlertChannel, alert_channels

    channel = AlertChannel(_("Send by SMS…"), state, address, was_sent, may_clear, _("Send the all-clear…"))
    alert_channels.register("sms")(channel)
"""

from collections.abc import Callable
from dataclasses import dataclass

from ..extensions.registry import Registry
from .models import Alert


@dataclass(frozen=True)
class AlertChannel:
    label: str
    state: Callable[[Alert], str]  # as the list of alerts shows it
    address: Callable[[Alert], str]  # of the admin view that sends it
    was_sent: Callable[[Alert], bool]
    may_clear: Callable[[Alert], bool]  # whether the alert is over and some recipients got no all-clear
    clear_label: str


alert_channels: Registry[AlertChannel] = Registry("alert_ways")
