"""What was refused below a screen of the admin is told on a screen, and is no fault of the server.

Wagtail's approvals, bulk actions and deletions ask no hook before they write. What must not be is raised there, and an
app says in its own ``refusals.py`` where who pressed reads why::

    from home.admin.errors import refusals

    @refusals.register("faulty_service")
    def faulty_service(request, exception) -> str | None: …  # an address; None where it is no such refusal
"""

from collections import Counter
from collections.abc import Callable

from django.contrib import messages
from django.db.models import ProtectedError
from django.http import HttpRequest, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.datastructures import MultiValueDictKeyError
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from ..extensions.registry import Registry

admin_error_handlers: Registry[Callable[[HttpRequest, Exception], str | None]] = Registry("refusals")


class AdminActionRefused(Exception):
    """Something that must not be, with the reason in one sentence and the screen on which it is read."""

    def __init__(self, reason: str, url: str):
        super().__init__(reason)
        self.reason, self.url = reason, url


class AdminErrorMiddleware:
    """Leads who works in the admin from what was refused to the reason."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not request.path_info.startswith(reverse("wagtailadmin_home")):
            return None
        url = next(filter(None, (explain(request, exception) for explain in admin_error_handlers)), None)
        if not url:
            return None
        if request.headers.get("x-requested-with") == "XMLHttpRequest":  # Wagtail's dialogs of approval
            return JsonResponse({"step": "success", "redirect": url})
        return redirect(url)


@admin_error_handlers.register("refused")
def explain_refusal(request, exception) -> str | None:
    if not isinstance(exception, AdminActionRefused):
        return None
    messages.error(request, exception.reason)
    return exception.url


@admin_error_handlers.register("still_needed")
def explain_protected_deletion(request, exception) -> str | None:
    """Wagtail asks its index of references before it deletes one thing, and nothing before it deletes several; what
    the index has not yet heard of is met here."""
    if not isinstance(exception, ProtectedError):
        return None
    text = _("Nothing was deleted, since other things need it: %(things)s.")
    messages.error(request, text % {"things": _counted(exception.protected_objects)})
    return request.get_full_path()


@admin_error_handlers.register("half_a_form")
def explain_truncated_form(request, exception) -> str | None:
    """Wagtail's blocks read their parts as they drew them: a form without them was cut off on its way, or forged."""
    if request.method != "POST" or not isinstance(exception, MultiValueDictKeyError):
        return None
    messages.error(
        request, _("Only a part of the form arrived, and nothing was saved. Fill it in once more.")
    )
    return request.get_full_path()


def _counted(things) -> str:
    """“cases (12) and reports (1)”."""
    kinds = Counter(thing._meta.verbose_name_plural for thing in things)
    return get_text_list([f"{kind} ({number})" for kind, number in kinds.items()], _("and"))
