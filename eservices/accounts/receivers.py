"""Reactions to steps of signing in, and to tasks of workflows that other groups may approve."""

from allauth.account.signals import authentication_step_completed
from django.contrib.auth.models import Group
from django.db.models.signals import m2m_changed
from django.dispatch import receiver
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import get_active_log_context
from wagtail.models import GroupApprovalTask

from . import actions
from .rights import tell_widening


@receiver(authentication_step_completed, dispatch_uid="accounts-prove-address")
def code_typed(sender, request, user, method, email=None, **details):
    if method == "code" and email:
        actions.prove_address(actor=user, email=email)


@receiver(m2m_changed, sender=GroupApprovalTask.groups.through, dispatch_uid="accounts-tell-approvers")
def approvers_added(sender, instance, action, reverse, pk_set, **details):
    """A group that approves pages may change them, whatever else it may. Outside the admin nobody is told."""
    if action != "post_add" or reverse or not get_active_log_context().user:
        return
    for group in Group.objects.filter(pk__in=pk_set):
        tell_widening(group, {"approve": format_lazy(_("approves pages at “{task}”"), task=instance.name)})
