"""How an alert that holds goes out beside the site.

An app above says it in its own ``alert_channels.py``::

    from home.alerts.channels import AlertWay, alert_ways

    way = AlertWay(_("Send by SMS…"), state, address, was_sent, may_clear, _("Send the all-clear…"))
    alert_ways.register("sms")(way)
"""

from collections.abc import Callable
from dataclasses import dataclass

from ..extensions.registry import Registry
from .models import Alert


@dataclass(frozen=True)
class AlertChannel:
    label: str
    state: Callable[[Alert], str]  # in the words that the list of alerts shows
    address: Callable[[Alert], str]  # of the screen that sends it
    was_sent: Callable[[Alert], bool]
    may_clear: Callable[[Alert], bool]  # whether it is over, and some of those who got it do not know
    clear_label: str


alert_channels: Registry[AlertChannel] = Registry("alert_ways")
