"""Source of the town map. The browser loads the map only when the visitor asks for it."""

from django.conf import settings


def town_map_settings() -> dict | None:
    """Return the settings of the map; None if the operator configured no tile server."""
    if not settings.TILE_URL:
        return None
    return {"tiles": settings.TILE_URL, "credit": settings.TILE_CREDIT, "centre": settings.MAP_CENTRE}
