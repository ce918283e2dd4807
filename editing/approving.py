"""The last approval publishes as the button does: not what would fail a reader.

Wagtail runs no hook there. It names ``publish`` while its models load, so that nothing here imports them above.
"""

from django.http import JsonResponse
from django.shortcuts import redirect
from django.urls import reverse


class FailsReaders(Exception):
    """A page that was to be published by an approval, with an error in it. Nothing was approved."""

    def __init__(self, page):
        super().__init__(f"page {page.pk} would fail its readers")
        self.page = page


def publish(workflow_state, user=None) -> None:
    """Publishes what was approved. Raises FailsReaders, which takes the approval back."""
    from wagtail.models import Page

    from .checks import reading, rules

    revision = workflow_state.content_object.get_latest_revision()
    draft = revision.as_object()
    if isinstance(draft, Page) and rules.of_gravity(rules.examine(reading.read(draft)), rules.ERROR):
        raise FailsReaders(draft)
    revision.publish(user=user)


class FailsReadersMiddleware:
    """Who approves reads what to mend, as who publishes does."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, FailsReaders):
            return None
        url = reverse("editing:before_publication", args=[exception.page.pk])
        if request.headers.get("x-requested-with") == "XMLHttpRequest":  # Wagtail's dialogs of approval
            return JsonResponse({"step": "success", "redirect": url})
        return redirect(url)
