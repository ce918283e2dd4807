"""Wagtail hooks: document templates, permit zones, and admin views of documents."""

from io import BytesIO

from django.contrib.messages import constants
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import ObjectList
from wagtail.admin.ui.tables import UpdatedAtColumn
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from eservices.cases import access as cases
from eservices.cases.permissions import OwnedForm, OwnTeams, TeamsViewSet
from home.admin.action_views import refusal_as_message

from . import access
from .actions import issuing, reissuing
from .case_parts import case_pdf
from .file_responses import document_response, private_pdf_response
from .forms import RevokeForm
from .models import DocumentTemplate, Zone
from .panels import PlaceholdersPanel

register_permission_policy(DocumentTemplate, OwnTeams(DocumentTemplate))


class DocumentTemplateViewSet(TeamsViewSet):
    """Admin views of document templates."""

    model = DocumentTemplate
    icon = "doc-full"
    menu_label = _("Document templates")
    list_display = ["title", "key", "team", "locale", UpdatedAtColumn()]
    search_fields = ["title", "key"]
    edit_handler = ObjectList(
        [
            *DocumentTemplate.panels[:3],  # title, key and team
            PlaceholdersPanel(heading=_("Placeholders")),
            *DocumentTemplate.panels[3:],
        ],
        base_form_class=OwnedForm,
    )


class ZoneViewSet(SnippetViewSet):
    """Admin views of permit zones."""

    model = Zone
    icon = "site"
    menu_label = _("Permit zones")
    list_display = ["name", "kind", "value", "places"]
    copy_view_enabled = False
    add_to_settings_menu = True


register_snippet(DocumentTemplateViewSet)
register_snippet(ZoneViewSet)


@require_safe
def issued_document(request, pk):
    """Return the PDF, for agents who may read its case. The access is logged."""
    document = access.document_for(request.user, pk)
    issuing.log_read(actor=request.user, document=document)
    return document_response(document)


@require_http_methods(["GET", "POST"])
def revoke_document(request, pk):
    """Ask for the reason, then revoke the document; for agents who may decide its case."""
    document = access.document_for(request.user, pk, "accept")
    form = RevokeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusal_as_message(request, level=constants.WARNING):
            told = {name: form.cleaned_data[name] for name in ("reason", "public")}
            issuing.revoke_document(actor=request.user, document=document, **told)
            messages.success(request, _("The document is revoked."))
            if form.cleaned_data["again"] == reissuing.NEW:
                _reissue(request, document)
        return redirect("cases:case", document.case.reference)
    context = {"document": document, "case": document.case, "form": form}
    context |= {"header_title": document.number, "header_icon": "doc-full"}
    return TemplateResponse(request, "documents/revoke.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def reissue_document(request, pk):
    """Ask for confirmation, then issue a revoked document again; for agents who may decide its case."""
    document = access.document_for(request.user, pk, "accept")
    if not reissuing.may_reissue(document):
        messages.warning(
            request, _("This document cannot be issued again. Check the document that replaced it.")
        )
        return redirect("cases:case", document.case.reference)
    if request.method == "POST":
        _reissue(request, document)
        return redirect("cases:case", document.case.reference)
    context = {"document": document, "case": document.case}
    context |= {"header_title": document.number, "header_icon": "doc-full"}
    return TemplateResponse(request, "documents/reissue.html", context)


def _reissue(request, document) -> None:
    """Issue the document again, or show why that is not possible; a revocation before is not undone."""
    with refusal_as_message(request, level=constants.WARNING):
        made = reissuing.reissue(actor=request.user, document=document)
        said = _("%(number)s is being made. It refers to the number that it replaces.")
        messages.success(request, said % {"number": made.number})


@require_safe
def case_file(request, reference):
    """Return the whole case as PDF, for agents who may read it. The access is logged."""
    case = cases.case_for(request.user, reference)
    content = case_pdf.render_case_pdf(case, reader=request.user, now=timezone.now())
    issuing.log_case_pdf_read(actor=request.user, case=case)
    return private_pdf_response(BytesIO(content), f"{case.reference}.pdf")


@hooks.register("register_admin_urls")
def register_urls():
    return [
        path("issued-documents/<uuid:pk>/", issued_document, name="issued_document"),
        path("issued-documents/<uuid:pk>/revoke/", revoke_document, name="revoke_document"),
        path("issued-documents/<uuid:pk>/reissue/", reissue_document, name="reissue_document"),
        path("case-files/<slug:reference>/", case_file, name="case_file"),
    ]


class InspectorItem(MenuItem):
    """Menu item for inspectors who may look up plates."""

    def is_shown(self, request):
        return request.user.has_perm("eservices_documents.inspect_permits")


@hooks.register("register_admin_menu_item")
def register_inspection():
    return InspectorItem(
        _("Check a permit"), reverse("documents:inspect"), name="inspect", icon_name="key", order=760
    )
