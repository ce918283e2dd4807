"""Staff whose session ended while they worked."""

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _


def redirect_to_sign_in(request: HttpRequest, back: str) -> HttpResponse:
    """To the sign-in of staff, then to ``back``. Who sent something is told that it was not done."""
    if request.method == "POST":
        said = _("You were no longer signed in: it was not done. Sign in and send it again.")
        messages.warning(request, said)
    return redirect_to_login(back, reverse("wagtailadmin_login"))
