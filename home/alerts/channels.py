"""Channels that announce an alert outside the site."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from ..extensions.base import merged
from ..extensions.site_points import SiteExtension
from .models import Alert


@dataclass(frozen=True)
class AlertChannel:
    label: str | Promise
    state: Callable[[Alert], str]  # as the list of alerts shows it
    address: Callable[[Alert], str]  # of the admin view that sends it
    was_sent: Callable[[Alert], bool]
    may_clear: Callable[[Alert], bool]  # whether the alert is over and some recipients got no all-clear
    clear_label: str | Promise


def alert_channel(key: str) -> AlertChannel | None:
    """Return the channel under a key; None if no installed app has it."""
    return merged(SiteExtension, lambda one: one.alert_channels()).get(key)
