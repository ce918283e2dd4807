"""Directory in the admin."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BooleanColumn, Column, DateColumn
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from .models import DirectoryEntry, DirectoryTheme


class DirectoryEntryViewSet(SnippetViewSet):
    """Associations and companies."""

    model = DirectoryEntry
    icon = "group"
    menu_label = _("Associations and companies")
    list_display = [
        "name",
        Column("kind", label=_("Kind"), accessor="get_kind_display", sort_key="kind"),
        Column("theme", label=_("Theme"), sort_key="theme"),
        BooleanColumn("shown", label=_("Shown")),
        DateColumn("confirmed_at", label=_("Confirmed"), sort_key="confirmed_at"),
    ]
    list_filter = ["kind", "theme", "shown", "confirmed_at"]
    url_namespace = "directory_entries"
    copy_view_enabled = False

    def get_queryset(self, request):
        return DirectoryEntry.objects.select_related("theme")


class DirectoryThemeViewSet(SnippetViewSet):
    model = DirectoryTheme
    icon = "tag"
    menu_label = _("Themes of the directory")
    list_display = ["name", "slug", "order"]


class DirectoryGroup(SnippetViewSetGroup):
    menu_name = "directory"
    menu_label = _("Directory")
    menu_icon = "group"
    menu_order = 272
    items = (DirectoryEntryViewSet, DirectoryThemeViewSet)


register_snippet(DirectoryGroup)
