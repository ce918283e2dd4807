"""The headings of the admin’s screens, with the colon as the language at hand sets it: “Nouveau : Page”."""

from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from .marks import explained


def mark_headings() -> None:
    """Has Wagtail’s screens put it between title and subtitle. They write the English colon in every language."""
    WagtailAdminTemplateMixin.get_header_title = _heading


def _heading(view) -> str:
    subtitle = view.get_page_subtitle()
    return explained(view.get_page_title(), subtitle) if subtitle else view.get_page_title()
