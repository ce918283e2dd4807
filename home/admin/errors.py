"""Explanations for actions that are refused in the admin: a message and a redirect instead of a server error.

Wagtail calls no hook before its approvals, bulk actions and deletions write. What is not allowed raises an exception
there, and the extension of an app returns the address where its user reads the reason.
"""

from collections import Counter

from django.contrib import messages
from django.db.models import ProtectedError
from django.http import HttpRequest, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.datastructures import MultiValueDictKeyError
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from ..exceptions import ActionRefused
from ..extensions.base import extensions
from ..extensions.site_points import SiteExtension


class AdminActionRefused(ActionRefused):
    """The action is not allowed. ``reason``: one sentence; ``url``: the page that shows it."""

    def __init__(self, reason: str, url: str):
        super().__init__(reason)
        self.reason, self.url = reason, url


class AdminErrorMiddleware:
    """Middleware that redirects staff to the reason of a refused action."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not request.path_info.startswith(reverse("wagtailadmin_home")):
            return None
        urls = (one.admin_error_url(request, exception) for one in extensions(SiteExtension))
        url = next(filter(None, urls), None)
        if not url:
            return None
        if request.headers.get("x-requested-with") == "XMLHttpRequest":  # Wagtail's approval dialogs
            return JsonResponse({"step": "success", "redirect": url})
        return redirect(url)


def explain_error(request: HttpRequest, exception: Exception) -> str | None:
    """Explain an error that any app may raise; None for all others."""
    for explain in (explain_refusal, explain_protected_deletion, explain_truncated_form):
        if url := explain(request, exception):
            return url
    return None


def explain_refusal(request, exception) -> str | None:
    if not isinstance(exception, AdminActionRefused):
        return None
    messages.error(request, exception.reason)
    return exception.url


def explain_protected_deletion(request, exception) -> str | None:
    """Explain that something cannot be deleted because other objects need it.

    Wagtail consults its reference index before it deletes one object, but not before it deletes several. The index may
    also be out of date.
    """
    if not isinstance(exception, ProtectedError):
        return None
    text = _("Nothing was deleted because other items need it: %(things)s.")
    messages.error(request, text % {"things": _object_counts(exception.protected_objects)})
    return request.get_full_path()


def explain_truncated_form(request, exception) -> str | None:
    """Explain that a form arrived incomplete.

    Wagtail's blocks read the parts that they rendered: a form without them was truncated in transit or forged.
    """
    if request.method != "POST" or not isinstance(exception, MultiValueDictKeyError):
        return None
    messages.error(request, _("Only part of the form arrived and nothing was saved. Fill it in again."))
    return request.get_full_path()


def _object_counts(things) -> str:
    """Return the numbers of objects by model, such as “cases (12) and reports (1)”."""
    kinds = Counter(thing._meta.verbose_name_plural for thing in things)
    return get_text_list([f"{kind} ({number})" for kind, number in kinds.items()], _("and"))
