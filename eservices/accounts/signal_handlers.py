"""Signal handlers for sign-in steps and approvers, and log entries about accounts."""

from allauth.account.signals import authentication_step_completed
from django.contrib.auth.models import Group
from django.db.models.signals import m2m_changed
from django.dispatch import receiver
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import get_active_log_context, log
from wagtail.models import GroupApprovalTask

from . import actions
from .access import report_added_rights
from .models import User
from .signals import (
    address_changed,
    passkeys_changed,
    password_changed,
    provider_changed,
    second_factor_changed,
    spare_codes_made,
)


@receiver(authentication_step_completed, dispatch_uid="accounts-prove-address")
def prove_address_by_code(sender, request, user, method, email=None, **details):
    if method == "code" and email:
        actions.prove_address(actor=user, email=email)


@receiver(provider_changed, dispatch_uid="accounts-log-provider")
def log_provider(sender, user, name, linked, **details):
    _log(user, "accounts.link_provider" if linked else "accounts.remove_provider", provider=name)


@receiver(passkeys_changed, dispatch_uid="accounts-log-passkey")
def log_passkey(sender, user, added, **details):
    _log(user, "accounts.add_passkey" if added else "accounts.remove_passkey")


@receiver(second_factor_changed, dispatch_uid="accounts-log-second-factor")
def log_second_factor(sender, user, held, **details):
    _log(user, "accounts.set_second_factor" if held else "accounts.remove_second_factor")


@receiver(spare_codes_made, dispatch_uid="accounts-log-spare-codes")
def log_spare_codes(sender, user, **details):
    _log(user, "accounts.make_spare_codes")


@receiver(address_changed, dispatch_uid="accounts-log-address")
def log_address(sender, user, **details):
    _log(user, "accounts.change_address")


@receiver(password_changed, dispatch_uid="accounts-log-password")
def log_password(sender, user, **details):
    _log(user, "accounts.change_password")


def _log(user: User, action: str, **data) -> None:
    """Log an action by the user of the admin, else by ``user``.

    The entry names the account by its id only, so that no personal data outlives the account.
    """
    log(user, action, user=get_active_log_context().user or user, title=f"#{user.pk}", data=data)


@receiver(m2m_changed, sender=GroupApprovalTask.groups.through, dispatch_uid="accounts-tell-approvers")
def approvers_added(sender, instance, action, reverse, pk_set, **details):
    """Announce that a group became an approver, because approvers may change pages.

    Changes outside the admin are not announced.
    """
    if action != "post_add" or reverse or not get_active_log_context().user:
        return
    for group in Group.objects.filter(pk__in=pk_set):
        report_added_rights(
            group, {"approve": format_lazy(_("approves pages at “{task}”"), task=instance.name)}
        )
