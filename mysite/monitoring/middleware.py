"""Middleware before all others: the number of a request, and the addresses that monitors ask."""

import re
import time
import uuid
from importlib import import_module

from django.conf import settings
from django.utils.module_loading import import_string

from home.runtime.log_context import begin_log_context

REQUEST_ID = re.compile(r"[\w-]{8,64}", re.ASCII)
# Answered before the check of the host name and the redirect to https, because monitors ask by IP address.
PROBES = {
    "/health/live": "mysite.monitoring.probes.live_view",
    "/health/ready": "mysite.monitoring.probes.ready_view",
}
METRICS = "/metrics"


class MonitoringMiddleware:
    """A number for each request, which log, answer and error page name; probes; metrics and traces, if switched on."""

    def __init__(self, get_response):
        self.get_response = get_response
        if settings.TRACE_COLLECTOR:
            self.get_response = import_string("mysite.monitoring.tracing.RequestTracing")(get_response)
        self.probes = {path: import_string(name) for path, name in PROBES.items()}
        self.counters = self.metrics = None
        if settings.METRICS_TOKEN:  # otherwise nothing of it is loaded
            self.counters = import_string("mysite.monitoring.request_counters.RequestCounters")()
            self.metrics = import_module("mysite.monitoring.metrics")

    def __call__(self, request):
        number, began = request_number(request), time.perf_counter()
        begin_log_context(request=number)
        view = self._find_view(request)
        response = view(request)
        response["X-Request-ID"] = number
        if self.counters and view is self.get_response:
            self.counters.count(request, response, time.perf_counter() - began)
        return response

    def _find_view(self, request):
        path = request.path_info.removesuffix("/")
        if path == METRICS and self.metrics and self.metrics.is_allowed(request):
            return self.metrics.metrics_view
        return self.probes.get(path, self.get_response)  # without the token: the page of unknown addresses


def request_number(request) -> str:
    """Return the number that the proxy gave the request; without one, a new number."""
    given = request.headers.get("X-Request-ID", "")
    return given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
