"""Registration of the reference tables in the admin."""

from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin.widgets.button import Button
from wagtail.snippets.models import register_snippet

from .models import ReferenceTable
from .viewsets import ReferenceTablesGroup, rows_url, urlpatterns

register_snippet(ReferenceTablesGroup)


@hooks.register("register_admin_urls")
def register_urls():
    return urlpatterns


@hooks.register("register_snippet_listing_buttons")
def register_table_buttons(snippet, user, next_url=None):
    if isinstance(snippet, ReferenceTable) and user.has_perm("eservices_formbuilder.change_referencetable"):
        yield Button(_("Rows"), rows_url(snippet), icon_name="list-ol", priority=5)
        ways = ((_("Import"), "import", "upload"), (_("Export"), "export", "download"))
        for priority, (label, way, icon) in enumerate(ways, 6):
            url = reverse(f"reference_table_{way}", args=[snippet.pk])
            yield Button(label, url, icon_name=icon, priority=priority)
