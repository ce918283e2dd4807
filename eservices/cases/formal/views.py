"""What agents do about decisions that may be appealed."""

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from eservices.cases import access
from eservices.cases.actions import IllegalTransition

from . import actions


class AppealForm(forms.Form):
    on = forms.DateField(label=gettext_lazy("Received on"))


@require_POST
def appeal(request, reference, pk):
    """Notes that an appeal was received; the case is kept from then on."""
    case = access.case_for(request.user, reference, "appeal")
    decision = get_object_or_404(case.formal_decisions, pk=pk)
    form = AppealForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say on which day the appeal was received."))
        return redirect("cases:case", reference)
    try:
        actions.note_appeal(actor=request.user, case=case, decision=decision, on=form.cleaned_data["on"])
    except IllegalTransition as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The appeal is noted; the case is kept until the hold is lifted."))
    return redirect("cases:case", reference)
