"""Pages for applicants about one document: fetching it, and giving it to somebody else for a while."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eservices.cases.actions import IllegalTransition
from eservices.documents import access as documents
from eservices.documents import actions, permitting
from eservices.documents.models import DocumentLink
from eservices.documents.responses import download

from . import access
from .doors import Door
from .forms import ShareForm
from .views import show_case, through_a_door


@require_GET
def document(request, door: Door, document_id):
    return download(access.document_of(door.case, document_id))


@require_http_methods(["GET", "POST"])
def share(request, door: Door, document_id):
    """The links that open this document now; POST makes another."""
    found = access.document_of(door.case, document_id)
    form = ShareForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.share(actor=door.actor, document=found, days=form.cleaned_data["days"])
        except IllegalTransition as refusal:
            form.add_error("days", str(refusal))
        else:
            return redirect(door.url_of("share", found.pk))
    context = {
        "door": door,
        "document": found,
        "form": form,
        "links": [(one, door.url_of("unshare", found.pk, one.pk)) for one in documents.open_links(found)],
    }
    return render(request, "space/share.html", context, status=422 if form.errors else 200)


@require_POST
def unshare(request, door: Door, document_id, link_id):
    found = access.document_of(door.case, document_id)
    link = DocumentLink.objects.filter(document=found, pk=link_id).first()
    if link is None:
        raise Http404
    actions.unshare(actor=door.actor, link=link)
    return redirect(door.url_of("share", found.pk))


@require_POST
def renew(request, door: Door):
    """Begins the request that renews the permit: everything is filled in, it has only to be sent."""
    permit = access.permit_of(door.case)
    try:
        draft = permitting.renew(actor=door.actor, permit=permit)
    except IllegalTransition as refusal:
        return show_case(request, door, fault=str(refusal))
    return redirect("submissions:review", draft.secret)


status_document, case_document = through_a_door(document)
status_share, case_share = through_a_door(share)
status_unshare, case_unshare = through_a_door(unshare)
status_renew, case_renew = through_a_door(renew)
