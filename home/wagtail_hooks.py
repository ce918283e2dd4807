"""The commune's colours in the admin."""

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from wagtail import hooks

from . import colours
from .models import CommuneSettings


@hooks.register("insert_global_admin_css")
def admin_look():
    """Wagtail's properties in the commune's colour, and where its arms stand."""
    properties = mark_safe(colours.admin_stylesheet(CommuneSettings.current().colour or colours.LAKE))
    return format_html(
        '<link rel="stylesheet" href="{}"><style>{}</style>', static("css/admin.css"), properties
    )
