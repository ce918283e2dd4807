"""Whether the site and what runs beside it are alive, for monitors."""

import os
import shutil

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError
from django.http import JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from eservices.deliveries.models import Circuit
from home.models.background import Heartbeat

LEAST_FREE = 500 * 1024 * 1024  # bytes: what residents send in a day, and time for somebody to come


@require_safe
@never_cache
def health(request):
    """200 while pages can be served; ``status`` is ``degraded`` where what they need beside the database fails."""
    try:
        seen, failing = Heartbeat.seen(), Circuit.objects.failing().filter(carrier="email").first()
    except DatabaseError:
        return JsonResponse({"status": "down", "database": False}, status=503)
    now = timezone.now()
    beside = {
        name: {"alive": Heartbeat.alive(at, now), "seen": at.isoformat() if at else None}
        for name, at in seen.items()
    }
    beside["mail"] = {
        "alive": failing is None,
        "failing_since": failing.since.isoformat() if failing else None,
    }
    beside["cache"] = {"alive": keeps()}
    beside["disk"] = {"alive": has_room()}
    healthy = all(part["alive"] for part in beside.values())
    return JsonResponse({"status": "ok" if healthy else "degraded", "database": True, **beside})


def keeps() -> bool:
    """Whether what is kept for speed can be written and read."""
    cache.set("health", True, 60)
    return cache.get("health") is True


def has_room() -> bool:
    """Whether what people send can be kept: the folder is ours, and its disk not about to be full."""
    folder = settings.VAR_DIR
    return os.access(folder, os.W_OK) and shutil.disk_usage(folder).free >= LEAST_FREE
