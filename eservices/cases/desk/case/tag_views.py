"""Tags of a case, on the case page."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from ... import access, actions
from ...actions import IllegalTransition


@require_POST
def add_tag(request, reference):
    case = access.case_for(request.user, reference, "tag")
    try:
        actions.add_tag(actor=request.user, case=case, name=request.POST.get("name", "")[:40])
    except IllegalTransition as refusal:
        messages.error(request, str(refusal))
    return redirect("cases:case", reference)


@require_POST
def remove_tag(request, reference, pk):
    case = access.case_for(request.user, reference, "tag")
    actions.remove_tag(actor=request.user, case=case, tag=get_object_or_404(case.tags, pk=pk))
    return redirect("cases:case", reference)
