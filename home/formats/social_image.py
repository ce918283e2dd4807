"""Image that social networks and search engines show beside a link to a page."""

from typing import Any

from django.http import HttpRequest
from wagtail.models import Page

from ..caching.site_version import cached_per_version

RENDITION = "fill-1200x630|format-jpeg"


def social_image(page: Page, request: HttpRequest | None) -> dict[str, Any] | None:
    """Return the image's full address and size, cached per site version. None if there is no image."""
    if getattr(request, "is_preview", False):  # the image of a draft is not cached
        return _sharing_image(page) or None
    return cached_per_version(f"shared-{page.pk}", lambda: _sharing_image(page)) or None


def _sharing_image(page: Page) -> dict[str, Any]:
    image = page.with_pictures.social_image
    if not image:
        return {}
    rendition = image.get_rendition(RENDITION)
    return {"url": rendition.full_url, "width": rendition.width, "height": rendition.height}
