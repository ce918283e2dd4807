"""Cleaning of text that editors paste anywhere in the admin; see ``text.cleaning``."""

from django.urls import reverse
from wagtail.admin.rich_text import DraftailRichTextArea

from ..text.cleaning import (
    MAY_BE_WRAPPED,
    NO_TEXT,
    strip_control_characters,
    without_office_marks,
    without_wrappers,
)


class PastedTextMiddleware:
    """Middleware that cleans the posted values of admin forms.

    Rich texts come as JSON and are cleaned by their widget.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if request.method != "POST" or not request.path_info.startswith(reverse("wagtailadmin_home")):
            return
        posted = request.POST
        if any(
            NO_TEXT.search(value) or MAY_BE_WRAPPED.search(value)
            for _name, values in posted.lists()
            for value in values
        ):
            request.POST = posted.copy()
            for name, values in posted.lists():
                request.POST.setlist(name, [_read(value) for value in values])


def _read(value: str) -> str:
    """Clean one posted value. A value with a NUL is left as it is, because forms refuse it."""
    return value if "\0" in value else without_wrappers(strip_control_characters(value))


class CleanPasteRichTextArea(DraftailRichTextArea):
    """Wagtail's rich text editor, with cleaned input."""

    def value_from_datadict(self, data, files, name):
        html = super().value_from_datadict(data, files, name)
        return html and without_office_marks(strip_control_characters(html), reverse("wagtailadmin_home"))
