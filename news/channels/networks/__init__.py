"""Social networks, one module each, and those that are configured."""

from django.conf import settings

from home.extensions.integrations import IntegrationRegistry

from .base import PublishedPost, SocialNetwork
from .demo import DemoNetwork

social_networks: IntegrationRegistry[type[SocialNetwork]] = IntegrationRegistry("SOCIAL_NETWORKS")


def network_by_key(key: str) -> SocialNetwork | DemoNetwork | None:
    """Return the network with this key; in the demo its double, None if it is not configured."""
    found = social_networks[key](**_keys(key))
    if found.ready:
        return found
    return DemoNetwork(found) if settings.DEMO else None


def configured_networks() -> list[SocialNetwork | DemoNetwork]:
    """Return the networks that are configured."""
    return [found for key, _network in social_networks.items() if (found := network_by_key(key))]


def _keys(key: str) -> dict[str, str]:
    return {name.lower(): value for name, value in settings.SOCIAL_NETWORKS[key].items()}


__all__ = ["PublishedPost", "SocialNetwork", "configured_networks", "network_by_key", "social_networks"]
