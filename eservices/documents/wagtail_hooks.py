"""What agents and editors see of documents in the admin."""

from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from wagtail import hooks
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from . import access, actions
from .models import DocumentTemplate
from .responses import download


class DocumentTemplateViewSet(SnippetViewSet):
    """The texts of documents, one per language."""

    model = DocumentTemplate
    icon = "doc-full"
    menu_label = _("Document templates")
    list_display = ["title", "key", "locale"]
    search_fields = ["title", "key"]
    copy_view_enabled = False


register_snippet(DocumentTemplateViewSet)


@require_safe
def issued_document(request, pk):
    """The PDF, for agents of the case's team. Reading leaves a trace."""
    document = access.document_for(request.user, pk)
    actions.leave_trace_of_reading(actor=request.user, document=document)
    return download(document)


@hooks.register("register_admin_urls")
def register_urls():
    return [path("issued-documents/<uuid:pk>/", issued_document, name="issued_document")]
