"""Public page that tells which services of the site work now, without reasons, numbers or names of systems."""

from django.core.cache import cache
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from eservices.deliveries.models import Circuit
from home.files.disk_space import has_disk_space
from home.models.heartbeat import Heartbeat
from home.runtime.outages import OUTAGES

CACHED_SECONDS = 60
# Each service with what people may do while it does not work.
SERVICES = {
    "pages": (_("Pages of the site"), ""),
    "requests": (
        _("Requests and bookings online"),
        _("Come to the counter or telephone us, or try again later."),
    ),
    "files": (_("Sending files"), _("Send your request later, or bring the papers to the counter.")),
    "processing": (
        _("Automatic steps of requests"),
        _("You can send requests. They are stored, and what follows happens later."),
    ),
    "email": (
        _("E-mails and sign-in by code"),
        _("You can send requests. Confirmations arrive later, and the link of your request works."),
    ),
}


@require_safe
@never_cache
def service_status(request):
    """Show the state of each service, which is read once a minute."""
    working = cache.get_or_set("service-status", read_service_status, CACHED_SECONDS)
    rows = [
        {"label": label, "works": working[key], "advice": advice} for key, (label, advice) in SERVICES.items()
    ]
    return render(
        request, "mysite/service_status.html", {"services": rows, "all_work": all(working.values())}
    )


def read_service_status() -> dict[str, bool]:
    """Return which services work. That the pages do is certain, because this is one."""
    now = timezone.now()
    failing = {outage.name for outage in OUTAGES if outage.read_count()}
    requests = failing.isdisjoint({"database", "database for writing"})
    return {
        "pages": True,
        "requests": requests,
        "files": requests and has_disk_space() and "disk" not in failing,
        "processing": not Heartbeat.silent(now),
        "email": Heartbeat.alive(Heartbeat.last_signs()[Heartbeat.WORKER], now)
        and not Circuit.objects.failing().filter(carrier="email").exists(),
    }
