"""Library in the admin."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from .models import DocumentKind, Publication


class PublicationViewSet(SnippetViewSet):
    model = Publication
    icon = "doc-full"
    menu_label = _("Documents of the library")
    list_display = ["title", "number", Column("kind", label=_("Kind"), sort_key="kind"), "date"]
    list_filter = ["kind", "date", "language"]
    search_fields = ["title", "number"]

    def get_queryset(self, request):
        return Publication.objects.select_related("kind")


class DocumentKindViewSet(SnippetViewSet):
    model = DocumentKind
    icon = "tag"
    menu_label = _("Kinds of documents")
    list_display = ["name", "slug", "order"]


class LibraryGroup(SnippetViewSetGroup):
    menu_name = "library"
    menu_label = _("Library")
    menu_icon = "folder-inverse"
    menu_order = 270
    items = (PublicationViewSet, DocumentKindViewSet)


register_snippet(LibraryGroup)
