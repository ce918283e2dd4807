"""How an alert that holds goes out beside the site, in the words that the list of alerts shows.

An app above says it in its own ``alert_ways.py``::

    from home.alerts.ways import alert_ways

    @alert_ways.register("sms")
    def by_sms(alert) -> str:
        return _("not sent")
"""

from collections.abc import Callable

from home.registry import Registry

from .models import Alert

alert_ways: Registry[Callable[[Alert], str]] = Registry("alert_ways")
