"""The site put on a phone's first screen: its worker in the browser, its page without network, its icons."""

import hashlib
import json
from pathlib import Path

import typst
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import override
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from .caching.site_version import cached_per_version
from .models import CommuneSettings
from .printing.letterhead import arms_image

SIZES = (180, 192, 512)
POINTS = 512  # the side of the drawing
ICON_TEMPLATE = Path(__file__).parent / "printing" / "typst" / "icon.typ"


@require_safe
@cache_control(public=True, max_age=3600)
def offline_page(request):
    """Shown by the worker where the network is missing. It is the same for everybody."""
    return render(request, "home/offline.html")


@never_cache  # browsers look for a new worker by its bytes
@require_safe
def service_worker(request):
    """The worker, from the root: it keeps the page for no network and what that is drawn with, nothing else."""
    commune, pages = CommuneSettings.current(request), offline_pages()
    shell = [*pages.values(), commune.styles_url, commune.arms_url, icon_url(192)]
    told = {"pages": pages, "shell": shell, "icon": icon_url(192), "name": commune.name}
    told["version"] = hashlib.sha256(json.dumps(told).encode()).hexdigest()[:12]
    code = Path(finders.find("js/worker.js")).read_text()
    return HttpResponse(
        f"const TOLD = {json.dumps(told)};\n{code}", content_type="text/javascript; charset=utf-8"
    )


@require_safe
@cache_control(public=True, max_age=86_400)
def app_icon(request, size: int):
    """The arms on white, as PNG, with the margin that phones cut into."""
    if size not in SIZES:
        raise Http404
    return HttpResponse(cached_per_version(f"icon-{size}", lambda: draw_icon(size)), content_type="image/png")


def draw_icon(size: int) -> bytes:
    return typst.compile(
        ICON_TEMPLATE,
        root=settings.BASE_DIR,
        format="png",
        ppi=72 * size / POINTS,
        sys_inputs={"data": json.dumps({"arms": list(arms_image())})},
        ignore_system_fonts=True,
    )


def icon_url(size: int) -> str:
    """One address in every language."""
    with override(settings.LANGUAGE_CODE):
        return reverse("home:icon", args=[size])


def offline_pages() -> dict[str, str]:
    """By language, as addresses begin; the main language has no prefix."""
    found = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            found["" if code == settings.LANGUAGE_CODE else code] = reverse("home:offline")
    return found


def manifest_icons() -> list[dict]:
    """For the manifest: as they are, and for phones that cut them round."""
    drawings = [
        {"src": icon_url(size), "sizes": f"{size}x{size}", "type": "image/png"} for size in (192, 512)
    ]
    return [one | {"purpose": purpose} for one in drawings for purpose in ("any", "maskable")]
