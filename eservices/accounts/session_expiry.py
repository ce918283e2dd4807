"""Redirects for staff whose session ended while they worked."""

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _


def redirect_to_sign_in(request: HttpRequest, back: str) -> HttpResponse:
    """Redirect to the staff sign-in, then to ``back``. After a POST, warn that nothing was saved."""
    if request.method == "POST":
        said = _("You were no longer signed in, so nothing was done. Sign in and send it again.")
        messages.warning(request, said)
    return redirect_to_login(back, reverse("wagtailadmin_login"))
