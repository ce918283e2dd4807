"""Admin headings with the colon as the active language sets it: “Nouveau : Page”."""

from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from ..localization.punctuation import labelled


def patch_admin_headings() -> None:
    """Make Wagtail's views join title and subtitle with the localized colon.

    They write the English colon in every language.
    """
    WagtailAdminTemplateMixin.get_header_title = _heading


def _heading(view) -> str:
    subtitle = view.get_page_subtitle()
    return labelled(view.get_page_title(), subtitle) if subtitle else view.get_page_title()
