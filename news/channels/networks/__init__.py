"""The social networks, one file each, and which of them this commune can use."""

from django.conf import settings

from .demo import Demo
from .facebook import Facebook
from .instagram import Instagram
from .linkedin import LinkedIn
from .mastodon import Mastodon
from .network import Network, Posted
from .x import X

NETWORKS: dict[str, type[Network]] = {
    network.key: network for network in (Mastodon, LinkedIn, Facebook, Instagram, X)
}


def network(key: str) -> Network | Demo | None:
    """The network by its key, ready to be spoken to; in the demo its double. None where it is not set up."""
    found = NETWORKS[key](**_keys(key))
    if found.ready:
        return found
    return Demo(found) if settings.DEMO else None


def networks() -> list[Network | Demo]:
    """Those that are set up."""
    return [found for key in NETWORKS if (found := network(key))]


def _keys(key: str) -> dict[str, str]:
    return {name.lower(): value for name, value in settings.SOCIAL_NETWORKS[key].items()}


__all__ = ["NETWORKS", "Network", "Posted", "network", "networks"]
