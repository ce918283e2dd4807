"""What every response of the project passes through."""

from django.conf import settings
from django.http import HttpResponseNotAllowed
from django.shortcuts import render


class AdminPolicyMiddleware:
    """Relaxes the content security policy in the admin only, where Wagtail's editor needs inline code."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.path_info.startswith("/admin/") and not hasattr(response, "_csp_config"):
            response._csp_config = settings.ADMIN_CSP
        return response


class PostOnlyPageMiddleware:
    """Explains itself to who opens an address that only takes what pages send, as from the history of a browser."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        refused = request.method == "GET" and isinstance(response, HttpResponseNotAllowed)
        if not refused or "text/html" not in request.headers.get("Accept", ""):  # machines accept anything
            return response
        page = render(request, "405.html", status=405)
        page["Allow"] = response["Allow"]
        return page
