"""What something else needs is not deleted, and who tried reads what that is."""

from collections import Counter

from django.contrib import messages
from django.db.models import ProtectedError
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _


class StillNeededMiddleware:
    """Wagtail asks its index of references before it deletes one thing, and nothing before it deletes several; what
    the index has not yet heard of was a fault of the server."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, ProtectedError) or not request.path.startswith(
            reverse("wagtailadmin_home")
        ):
            return None
        text = _("Nothing was deleted, since other things need it: %(things)s.")
        messages.error(request, text % {"things": _counted(exception.protected_objects)})
        return redirect(request.get_full_path())


def _counted(things) -> str:
    """“cases (12) and reports (1)”."""
    kinds = Counter(thing._meta.verbose_name_plural for thing in things)
    return get_text_list([f"{kind} ({number})" for kind, number in kinds.items()], _("and"))
