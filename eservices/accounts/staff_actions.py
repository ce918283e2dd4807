"""Writes on the accounts of staff by the operator's command. The admin's forms do the same: ``viewsets``."""

from collections.abc import Iterable

from django.contrib.auth.models import Group
from django.db import transaction

from .access import administrators
from .actions import end_sessions, get_or_create_account
from .models import User
from .viewsets import changing_rights


class LastAdministrator(Exception):
    """The only administrator, without whom nobody could give rights."""


@transaction.atomic
def add_staff(
    *,
    actor: User | None,
    email: str,
    language: str,
    names: dict,
    groups: Iterable[Group],
    administrator: bool,
) -> User:
    """Give the account of this address rights, creating or reopening it. Rights that it has stay.

    ``names``: first_name and last_name, where they are known. The person is notified as by the admin.
    """
    account = get_or_create_account(actor=actor, email=email, language=language)
    user = User.objects.select_for_update().get(pk=account.pk)
    with changing_rights(user):
        for field, value in names.items():
            setattr(user, field, value)
        user.is_active = True
        user.is_superuser = user.is_staff = administrator or user.is_superuser
        user.save()
        user.groups.add(*groups)
    return user


@transaction.atomic
def close_staff(*, actor: User | None, user: User) -> None:
    """Close the account: it has no rights any more, and all its sessions end.

    Raise ``LastAdministrator`` if nobody else could give rights.
    """
    stored = User.objects.select_for_update().get(pk=user.pk)
    remaining = administrators().select_for_update().exclude(pk=stored.pk)
    if stored.is_superuser and stored.is_active and not remaining:
        raise LastAdministrator
    stored.is_active = False
    stored.save(update_fields=["is_active"])
    end_sessions(actor=actor or stored, user=stored)
