"""The commune's colours in the admin, what its menu leaves out, and links within texts."""

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from wagtail import hooks
from wagtail.admin.menu import DismissibleMenuItem

from . import colours
from .alerts import admin as alerts_admin  # noqa: F401
from .models import CommuneSettings
from .rich_text import PageLinks


@hooks.register("insert_global_admin_css")
def admin_look():
    """Wagtail's properties in the commune's colour, and where its arms stand."""
    properties = mark_safe(colours.admin_stylesheet(CommuneSettings.current().colour or colours.LAKE))
    return format_html(
        '<link rel="stylesheet" href="{}"><style>{}</style>', static("css/admin.css"), properties
    )


@hooks.register("construct_help_menu")
def without_news_of_wagtail(request, items):
    """What is new in Wagtail is for who runs the site; a number in the menu would call everybody there."""
    items[:] = [item for item in items if not isinstance(item, DismissibleMenuItem)]


@hooks.register("register_rich_text_features", order=10)
def links_within_texts(features):
    features.register_link_type(PageLinks)
