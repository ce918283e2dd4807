"""Social networks, one module each, and those that are configured."""

from django.conf import settings

from .base import PublishedPost, SocialNetwork
from .demo import DemoNetwork
from .facebook import Facebook
from .instagram import Instagram
from .linkedin import LinkedIn
from .mastodon import Mastodon
from .x import X

NETWORKS: dict[str, type[SocialNetwork]] = {
    network.key: network for network in (Mastodon, LinkedIn, Facebook, Instagram, X)
}


def network_by_key(key: str) -> SocialNetwork | DemoNetwork | None:
    """Return the network with this key; in the demo its double, None if it is not configured."""
    found = NETWORKS[key](**_keys(key))
    if found.ready:
        return found
    return DemoNetwork(found) if settings.DEMO else None


def configured_networks() -> list[SocialNetwork | DemoNetwork]:
    """Return the networks that are configured."""
    return [found for key in NETWORKS if (found := network_by_key(key))]


def _keys(key: str) -> dict[str, str]:
    return {name.lower(): value for name, value in settings.SOCIAL_NETWORKS[key].items()}


__all__ = ["NETWORKS", "PublishedPost", "SocialNetwork", "configured_networks", "network_by_key"]
