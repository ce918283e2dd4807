"""Pages for applicants about one document: downloading it, and sharing it by a temporary link."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eservices.cases.actions import IllegalTransition
from eservices.documents import access as documents
from eservices.documents.actions import issuing, permits
from eservices.documents.file_responses import document_response
from eservices.documents.models import DocumentLink

from . import access
from .case_access import CaseAccess
from .forms import DocumentShareForm
from .views import case_view, show_case


@require_GET
def document(request, door: CaseAccess, document_id):
    return document_response(access.document_of(door.case, document_id))


@require_http_methods(["GET", "POST"])
def share(request, door: CaseAccess, document_id):
    """Show the active share links of the document; POST creates another."""
    found = access.document_of(door.case, document_id)
    form = DocumentShareForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            issuing.share_document(actor=door.actor, document=found, days=form.cleaned_data["days"])
        except IllegalTransition as refusal:
            form.add_error("days", str(refusal))
        else:
            return redirect(door.url_of("share", found.pk))
    context = {
        "door": door,
        "document": found,
        "form": form,
        "links": [(one, door.url_of("unshare", found.pk, one.pk)) for one in documents.active_links(found)],
    }
    return render(request, "space/share.html", context, status=422 if form.errors else 200)


@require_POST
def unshare(request, door: CaseAccess, document_id, link_id):
    found = access.document_of(door.case, document_id)
    link = DocumentLink.objects.filter(document=found, pk=link_id).first()
    if link is None:
        raise Http404
    issuing.close_share_link(actor=door.actor, link=link)
    return redirect(door.url_of("share", found.pk))


@require_POST
def renew(request, door: CaseAccess):
    """Create the prefilled draft that renews the permit, and redirect to its last step."""
    permit = access.permit_of(door.case)
    try:
        draft = permits.renew_permit(actor=door.actor, permit=permit)
    except IllegalTransition as refusal:
        return show_case(request, door, fault=str(refusal))
    return redirect("submissions:review", draft.secret)


status_document, case_document = case_view(document)
status_share, case_share = case_view(share)
status_unshare, case_unshare = case_view(unshare)
status_renew, case_renew = case_view(renew)
