"""Agents' views of appealable decisions."""

from django import forms
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from home.admin.action_views import action_view
from home.exceptions import ActionRefused

from .. import access
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


@action_view("cases:case", "reference")
def appeal_received(request, reference, pk) -> str:
    """Record that an appeal was received; it places a legal hold on the case."""
    form, invalid = AppealForm(request.POST), _("Enter the day on which the appeal was received.")
    _record(request, reference, pk, form, actions.record_appeal, invalid)
    return _("The appeal is recorded. The case cannot be erased until the legal hold is lifted.")


@action_view("cases:case", "reference")
def notified(request, reference, pk) -> str:
    """Record that a decision was handed over or notified by a public notice."""
    form, invalid = NotificationForm(request.POST), _("Enter the day and the form of the notification.")
    _record(request, reference, pk, form, actions.record_notification, invalid)
    return _("The notification is recorded.")


def _record(request, reference, pk, form, action, invalid: str) -> None:
    case = access.case_for(request.user, reference, "appeal")
    decision = get_object_or_404(case.formal_decisions, pk=pk)
    if not form.is_valid():
        raise ActionRefused(invalid)
    action(actor=request.user, case=case, decision=decision, **form.cleaned_data)
