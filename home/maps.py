"""Where the map of the town comes from. It loads when somebody asks for it, and nowhere else."""

from django.conf import settings


def town_map_settings() -> dict | None:
    """None where the operator named no origin of maps."""
    if not settings.TILE_URL:
        return None
    return {"tiles": settings.TILE_URL, "credit": settings.TILE_CREDIT, "centre": settings.MAP_CENTRE}
