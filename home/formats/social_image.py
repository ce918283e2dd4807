"""The picture that others show beside a link to a page: social networks and search engines."""

from ..caching.site_version import cached_per_version

RENDITION = "fill-1200x630|format-jpeg"


def social_image(page, request) -> dict | None:
    """Its full address and its size, found once per generation."""
    if getattr(request, "is_preview", False):  # the picture of a draft is not kept for the page
        return _shared(page) or None
    return cached_per_version(f"shared-{page.pk}", lambda: _shared(page)) or None


def _shared(page) -> dict:
    image = page.with_pictures.social_image
    if not image:
        return {}
    rendition = image.get_rendition(RENDITION)
    return {"url": rendition.full_url, "width": rendition.width, "height": rendition.height}
