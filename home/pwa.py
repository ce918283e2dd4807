"""The site as an app on a phone: service worker, offline page, icons."""

import hashlib
import json
from io import BytesIO
from pathlib import Path

import typst
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import override
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe
from PIL import Image

from .caching.site_version import cached_per_version
from .models import CommuneSettings
from .printing.letterhead import arms_image

SIZES = (180, 192, 512)
FAVICON_SIZES = (16, 32, 48)
POINTS = 512  # side of the drawing, in points
ICON_TEMPLATE = Path(__file__).parent / "printing" / "typst" / "icon.typ"


@require_safe
@cache_control(public=True, max_age=3600)
def offline_page(request):
    """Render the page that the service worker shows without network. It is the same for everybody."""
    return render(request, "home/offline.html")


@never_cache  # browsers detect a new service worker by comparing its bytes
@require_safe
def service_worker(request):
    """Return the service worker, from the root of the site.

    It caches the offline page and the files it is rendered with, nothing else.
    """
    commune, pages = CommuneSettings.current(request), offline_pages()
    shell = [*pages.values(), commune.styles_url, commune.arms_url, icon_url(192), static("js/offline.js")]
    context = {"pages": pages, "shell": shell, "icon": icon_url(192), "name": commune.name}
    context["version"] = hashlib.sha256(json.dumps(context).encode()).hexdigest()[:12]
    code = Path(finders.find("js/worker.js")).read_text()
    return HttpResponse(
        f"const TOLD = {json.dumps(context)};\n{code}", content_type="text/javascript; charset=utf-8"
    )


@require_safe
@cache_control(public=True, max_age=86_400)
def app_icon(request, size: int):
    """Return the arms on white as PNG, with the margin that phones crop."""
    if size not in SIZES:
        raise Http404
    return HttpResponse(cached_per_version(f"icon-{size}", lambda: draw_icon(size)), content_type="image/png")


@require_safe
@cache_control(public=True, max_age=86_400)
def serve_favicon(request):
    """Return the arms in the sizes of tabs and bookmarks, for programs that ask for this address unbidden."""
    return HttpResponse(cached_per_version("favicon", draw_favicon), content_type="image/x-icon")


def draw_favicon() -> bytes:
    drawn = BytesIO()
    Image.open(BytesIO(draw_icon(max(FAVICON_SIZES), bare=True))).save(
        drawn, "ICO", sizes=[(size, size) for size in FAVICON_SIZES]
    )
    return drawn.getvalue()


def draw_icon(size: int, *, bare: bool = False) -> bytes:
    """Return the arms as PNG: on white with a margin, or ``bare``, as large as they can be on nothing."""
    return typst.compile(
        ICON_TEMPLATE,
        root=settings.BASE_DIR,
        format="png",
        ppi=72 * size / POINTS,
        sys_inputs={"data": json.dumps({"arms": list(arms_image()), "bare": bare})},
        ignore_system_fonts=True,
    )


def icon_url(size: int) -> str:
    """Return the icon's address, which is the same in every language."""
    with override(settings.LANGUAGE_CODE):
        return reverse("home:icon", args=[size])


def offline_pages() -> dict[str, str]:
    """Return the offline pages by the prefix of their language; the main language has none."""
    found = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            found["" if code == settings.LANGUAGE_CODE else code] = reverse("home:offline")
    return found


def manifest_icons() -> list[dict]:
    """Return the icons of the manifest: as they are, and for phones that crop them to a shape."""
    drawings = [
        {"src": icon_url(size), "sizes": f"{size}x{size}", "type": "image/png"} for size in (192, 512)
    ]
    return [one | {"purpose": purpose} for one in drawings for purpose in ("any", "maskable")]
