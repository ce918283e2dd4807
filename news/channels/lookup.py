"""All channels that editors can tick: networks, SMS and push."""

from .networks import configured_networks, network_by_key, social_networks
from .push.channel import PushChannel
from .sms.channel import SmsChannel

READERS = {
    channel.key: channel for channel in (SmsChannel, PushChannel)
}  # channels that write to people who asked for it


def channel_labels() -> dict[str, str]:
    """Return the labels of all channels, by key."""
    return {key: one.label for key, one in (*READERS.items(), *social_networks.items())}


def channel_by_key(key: str):
    """Return the channel with this key; None if it is unknown or not configured."""
    if key in READERS:
        found = READERS[key]()
        return found if found.ready else None
    return network_by_key(key) if key in social_networks else None


def can_withdraw(key: str) -> bool:
    """Return whether posts on the channel can be withdrawn; False if it is not configured."""
    found = channel_by_key(key)
    return found is not None and found.withdraws


def configured_channels() -> list:
    """Return the configured channels in the order of the editor."""
    return [*(one for key in READERS if (one := channel_by_key(key))), *configured_networks()]
