"""Counters of requests, of all processes of the site together, as prometheus_client keeps them in files."""

import os
from pathlib import Path

from django.conf import settings

METHODS = {"GET", "HEAD", "POST", "OPTIONS"}
BUCKETS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)  # seconds
FILE_SIZE = 512 * 1024  # bytes, reserved: a process that writes to a mapped file on a full disk is killed


def counter_folder() -> Path:
    """Return the folder of the counters: in memory under systemd, which empties it at each start."""
    return Path(os.environ.get("RUNTIME_DIRECTORY") or settings.VAR_DIR / "metrics")


class RequestCounters:
    """Requests by part of the site, method and status, and how long they took. One object per process."""

    def __init__(self):
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(counter_folder())  # read while the library loads
        from prometheus_client import CollectorRegistry, Counter, Histogram

        registry, self._process = CollectorRegistry(), 0
        self.requests = Counter(
            "commune_http_requests", "Requests answered.", ["part", "method", "status"], registry=registry
        )
        self.seconds = Histogram(
            "commune_http_request_seconds", "Time to answer.", ["part"], registry=registry, buckets=BUCKETS
        )

    def count(self, request, response, seconds: float) -> None:
        """Count an answered request; none while the disk is full."""
        try:
            self._reserve_files()
        except OSError:
            return
        part, method = part_of_site(request), request.method if request.method in METHODS else "OTHER"
        self.requests.labels(part, method, response.status_code).inc()
        self.seconds.labels(part).observe(seconds)

    def _reserve_files(self) -> None:
        """Reserve the disk for the files of this process, before the library maps them."""
        if self._process == os.getpid():
            return
        folder = counter_folder()
        folder.mkdir(parents=True, exist_ok=True)
        for kind in ("counter", "histogram"):
            with (folder / f"{kind}_{os.getpid()}.db").open("ab") as file:
                os.posix_fallocate(file.fileno(), 0, FILE_SIZE)
        self._process = os.getpid()


def part_of_site(request) -> str:
    """Return which part of the site answered. There are few, because each has its own series."""
    if request.path_info.startswith("/admin/"):
        return "admin"
    if request.path_info.startswith(settings.STATIC_URL):
        return "static"
    match = request.resolver_match
    if match is None or match.url_name == "wagtail_serve":
        return "page"  # without a match: from the cache of pages
    return match.namespaces[0] if match.namespaces else "other"
