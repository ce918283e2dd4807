"""All channels that an editor ticks, whatever is behind them."""

from .networks import NETWORKS, network, networks
from .push.sending import Push
from .sms.sending import Sms

READERS = {channel.key: channel for channel in (Sms, Push)}  # those that write to people who asked for it
LABELS = {key: one.label for key, one in {**READERS, **NETWORKS}.items()}


def channel(key: str):
    """The channel by its key; None where it is not set up, or no more known."""
    if key in READERS:
        found = READERS[key]()
        return found if found.ready else None
    return network(key) if key in NETWORKS else None


def withdraws(key: str) -> bool:
    """Whether what is out on a channel can be taken back there; not on one that is not set up."""
    found = channel(key)
    return found is not None and found.withdraws


def channels() -> list:
    """Those that are set up, as the editor sees them."""
    return [*(one for key in READERS if (one := channel(key))), *networks()]
