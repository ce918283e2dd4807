"""How an alert that holds goes out beside the site.

An app above says it in its own ``alert_ways.py``::

    from home.alerts.ways import AlertWay, alert_ways

    alert_ways.register("sms")(AlertWay(_("Send by SMS…"), state, address))
"""

from collections.abc import Callable
from dataclasses import dataclass

from home.registry import Registry

from .models import Alert


@dataclass(frozen=True)
class AlertWay:
    label: str
    state: Callable[[Alert], str]  # in the words that the list of alerts shows
    address: Callable[[Alert], str]  # of the screen that sends it


alert_ways: Registry[AlertWay] = Registry("alert_ways")
