"""Registration of the reference tables in the admin."""

from django.urls import path, reverse
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin.widgets.button import Button
from wagtail.snippets.models import register_snippet

from . import admin_views
from .models import ReferenceTable
from .viewsets import ReferenceTablesGroup, rows_url, urlpatterns

register_snippet(ReferenceTablesGroup)


@hooks.register("register_admin_urls")
def register_urls():
    addresses = path(
        "reference-tables/<int:pk>/addresses/",
        admin_views.import_addresses,
        name="reference_table_addresses",
    )
    return [*urlpatterns, addresses]


@hooks.register("register_snippet_listing_buttons")
def register_table_buttons(snippet, user, next_url=None):
    if isinstance(snippet, ReferenceTable) and user.has_perm("eservices_formbuilder.change_referencetable"):
        yield Button(_("Rows"), rows_url(snippet), icon_name="list-ol", priority=5)
        ways = (
            (_("Import"), "import", "upload"),
            (_("Export"), "export", "download"),
            (_("Official addresses"), "addresses", "home"),
        )
        for priority, (label, way, icon) in enumerate(ways, 6):
            url = reverse(f"reference_table_{way}", args=[snippet.pk])
            yield Button(label, url, icon_name=icon, priority=priority)
