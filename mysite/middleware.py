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


class BrowserPolicyMiddleware:
    """The headers that say which powers of the browser the pages use, and which sites may build in what we answer.

    It stands outside WhiteNoise, so that static files have the headers too. Nobody else builds in an answer, with two
    exceptions: published files, which are in our letters and in the previews of other sites, and what sets the header
    itself. ``Cross-Origin-Opener-Policy`` is set by Django's ``SecurityMiddleware``.
    """

    def __init__(self, get_response):
        self.get_response = get_response
        self.published = (settings.STATIC_URL, settings.MEDIA_URL)

    def __call__(self, request):
        response = self.get_response(request)
        shared = request.path_info.startswith(self.published)
        response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        response.headers.setdefault(
            "Cross-Origin-Resource-Policy", "cross-origin" if shared else "same-origin"
        )
        return response
