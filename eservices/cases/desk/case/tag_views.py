"""Tags of a case, on the case page."""

from django.shortcuts import get_object_or_404

from home.admin.action_views import action_view

from ... import access, actions


@action_view("cases:case", "reference")
def add_tag(request, reference) -> str:
    case = access.case_for(request.user, reference, "tag")
    actions.add_tag(actor=request.user, case=case, name=request.POST.get("name", "")[:40])
    return ""


@action_view("cases:case", "reference")
def remove_tag(request, reference, pk) -> str:
    case = access.case_for(request.user, reference, "tag")
    actions.remove_tag(actor=request.user, case=case, tag=get_object_or_404(case.tags, pk=pk))
    return ""
