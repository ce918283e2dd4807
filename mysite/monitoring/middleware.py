"""Middleware before all others: the number of a request, and the addresses that monitors ask."""

import re
import uuid

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
    """A number for each request, which log, answer and error page name; probes; metrics, if they are switched on."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.views = {path: import_string(name) for path, name in PROBES.items()}

    def __call__(self, request):
        number = request_number(request)
        begin_log_context(request=number)
        view = self.views.get(request.path_info.removesuffix("/"), self.get_response)
        response = view(request)
        response["X-Request-ID"] = number
        return response


def request_number(request) -> str:
    """Return the number that the proxy gave the request; without one, a new number."""
    given = request.headers.get("X-Request-ID", "")
    return given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
