"""All channels that an editor ticks, whatever is behind them."""

from .networks import NETWORKS, configured_networks, network_by_key
from .push.channel import PushChannel
from .sms.channel import SmsChannel

READERS = {
    channel.key: channel for channel in (SmsChannel, PushChannel)
}  # those that write to people who asked for it
LABELS = {key: one.label for key, one in {**READERS, **NETWORKS}.items()}


def channel_by_key(key: str):
    """The channel by its key; None where it is not set up, or no more known."""
    if key in READERS:
        found = READERS[key]()
        return found if found.ready else None
    return network_by_key(key) if key in NETWORKS else None


def can_withdraw(key: str) -> bool:
    """Whether what is out on a channel can be taken back there; not on one that is not set up."""
    found = channel_by_key(key)
    return found is not None and found.withdraws


def configured_channels() -> list:
    """Those that are set up, as the editor sees them."""
    return [*(one for key in READERS if (one := channel_by_key(key))), *configured_networks()]
