"""Middleware of the project."""

from django.conf import settings
from django.http import HttpResponseNotAllowed
from django.shortcuts import render


class AdminPolicyMiddleware:
    """A relaxed content security policy for the admin only, because Wagtail's editor needs inline code."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.path_info.startswith("/admin/") and not hasattr(response, "_csp_config"):
            response._csp_config = settings.ADMIN_CSP
        return response


class PostOnlyPageMiddleware:
    """An explanation for visitors who open an address that accepts only POST, for example from the browser history."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        refused = request.method == "GET" and isinstance(response, HttpResponseNotAllowed)
        if not refused or "text/html" not in request.headers.get("Accept", ""):  # programs accept anything
            return response
        page = render(request, "405.html", status=405)
        page["Allow"] = response["Allow"]
        return page
