"""Extension point of alerts: channels outside the site, in the ``site_extension.py`` of other apps."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

from ..extensions.base import Extension, merged
from .models import Alert


@dataclass(frozen=True)
class AlertChannel:
    """A channel that announces an alert outside the site."""

    label: str | Promise
    state: Callable[[Alert], str]  # as the list of alerts shows it
    address: Callable[[Alert], str]  # of the admin view that sends it
    was_sent: Callable[[Alert], bool]
    may_clear: Callable[[Alert], bool]  # whether the alert is over and some recipients got no all-clear
    clear_label: str | Promise


class AlertExtension(Extension):
    """A part of another app in alerts."""

    file = "site_extension"

    def alert_channels(self) -> Mapping[str, AlertChannel]:
        """Return channels that announce an alert outside the site, by key."""
        return {}


def alert_channel(key: str) -> AlertChannel | None:
    """Return the channel under a key; None if no installed app has it."""
    return merged(AlertExtension, lambda one: one.alert_channels()).get(key)
