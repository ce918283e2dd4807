"""What the site answers where no page can: not found, a fault of ours, a refused form."""

from django.conf import settings
from django.http import HttpResponseServerError
from django.shortcuts import render
from django.template.loader import get_template


def page_not_found(request, exception=None):
    return render(request, "404.html", {"path": request.path[:120]}, status=404)


def server_error(request):
    """A page that needs neither database nor session: either may be what failed."""
    return HttpResponseServerError(get_template("500.html").render({"name": settings.WAGTAIL_SITE_NAME}))


def csrf_failure(request, reason=""):
    return render(request, "403_csrf.html", status=403)
