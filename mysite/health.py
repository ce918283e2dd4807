"""Health check of the site and its background processes, for monitoring."""

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError
from django.http import JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from eservices.deliveries.models import Circuit
from home.files.disk_space import has_disk_space
from home.models.heartbeat import Heartbeat
from home.runtime.outages import REPLICA
from home.runtime.read_only_database import is_database_read_only

from . import __version__
from .backups.backup_health import backup_health


@require_safe
@never_cache
def health_view(request):
    """Return 200 if pages can be served; ``status`` is ``degraded`` if something else fails.

    Return 503 if the database is unavailable.
    """
    try:
        seen, failing = Heartbeat.last_signs(), Circuit.objects.failing().filter(carrier="email").first()
        backup, read_only = backup_health(timezone.now()), is_database_read_only()
    except DatabaseError:
        return JsonResponse({"status": "down", "version": __version__, "database": False}, status=503)
    now = timezone.now()
    beside = {
        name: {"alive": Heartbeat.alive(at, now), "seen": at.isoformat() if at else None}
        for name, at in seen.items()
    }
    beside["mail"] = {
        "alive": failing is None,
        "failing_since": failing.since.isoformat() if failing else None,
    }
    beside["writes"] = {"alive": not read_only}
    if settings.DATABASE_REPLICA:
        beside["replica"] = {"alive": not REPLICA.read_count()}
    beside["cache"] = {"alive": is_cache_working()}
    beside["disk"] = {"alive": has_disk_space()}
    if backup:
        beside["backup"] = backup.as_json()
    healthy = all(part["alive"] for part in beside.values())
    status = "ok" if healthy else "degraded"
    return JsonResponse({"status": status, "version": __version__, "database": True, **beside})


def is_cache_working() -> bool:
    """Return whether the cache can be written and read."""
    cache.set("health", True, 60)
    return cache.get("health") is True
