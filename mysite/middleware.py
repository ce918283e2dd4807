"""What every response of the project passes through."""

from django.conf import settings


class AdminPolicyMiddleware:
    """Relaxes the content security policy in the admin only, where Wagtail's editor needs inline code."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.path.startswith("/admin/") and not hasattr(response, "_csp_config"):
            response._csp_config = settings.ADMIN_CSP
        return response
