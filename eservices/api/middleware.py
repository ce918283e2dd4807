"""Errors below the address of the API as problem details, whoever answered them."""

from .protocol.problems import CONTENT_TYPE, Problem, problem_response

BASE = "/api/"
KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")


class ProblemMiddleware:
    """Replaces pages for people by problem details: unknown addresses, wrong methods, faults, outages."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if not request.path_info.startswith(BASE) or response.status_code < 400:
            return response
        if response.headers.get("Content-Type", "").startswith(CONTENT_TYPE):
            return response
        kept = {name: response[name] for name in KEPT_HEADERS if name in response}
        return problem_response(Problem(response.status_code, headers=kept))
