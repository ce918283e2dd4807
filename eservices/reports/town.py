"""The map of the town, on which reported problems stand."""

from django.conf import settings


def town_map() -> dict[str, str] | None:
    """Where its tiles come from, and its centre; None where the operator named no origin."""
    if not settings.TILE_URL:
        return None
    return {"tiles": settings.TILE_URL, "credit": settings.TILE_CREDIT, "centre": settings.MAP_CENTRE}
