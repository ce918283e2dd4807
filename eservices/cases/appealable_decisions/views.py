"""Agents' views of appealable decisions."""

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from .. import access
from ..actions import IllegalTransition
from ..models import AppealableDecision
from . import actions

Proof = AppealableDecision.Proof


class AppealForm(forms.Form):
    on = forms.DateField(label=gettext_lazy("Received on"))


class NotificationForm(forms.Form):
    """The form, other than by post, and the day in which a decision was notified."""

    proof = forms.ChoiceField(
        label=gettext_lazy("Form of notification"),
        choices=[(one.value, one.label) for one in (Proof.HANDED, Proof.NOTICE)],
    )
    on = forms.DateField(label=gettext_lazy("Day"))


@require_POST
def appeal_received(request, reference, pk):
    """Record that an appeal was received; it places a legal hold on the case."""
    return _run_action(
        request,
        reference,
        pk,
        AppealForm(request.POST),
        actions.record_appeal,
        invalid=_("Enter the day on which the appeal was received."),
        done=_("The appeal is recorded. The case cannot be erased until the legal hold is lifted."),
    )


@require_POST
def notified(request, reference, pk):
    """Record that a decision was handed over or notified by a public notice."""
    return _run_action(
        request,
        reference,
        pk,
        NotificationForm(request.POST),
        actions.record_notification,
        invalid=_("Enter the day and the form of the notification."),
        done=_("The notification is recorded."),
    )


def _run_action(request, reference, pk, form, action, *, invalid: str, done: str):
    case = access.case_for(request.user, reference, "appeal")
    decision = get_object_or_404(case.formal_decisions, pk=pk)
    if not form.is_valid():
        messages.error(request, invalid)
        return redirect("cases:case", reference)
    try:
        action(actor=request.user, case=case, decision=decision, **form.cleaned_data)
    except IllegalTransition as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("cases:case", reference)
