"""Rights of accounts and groups: who may change them, and what a change added."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import get_active_log_context, log
from wagtail.permission_policies import ModelPermissionPolicy

from .models import User
from .signals import rights_widened

WIDENED = "accounts.widen"  # how the log calls it
SHOWN = 40  # rights in one letter; the log has all of them


class AdministratorsOnly(ModelPermissionPolicy):
    """The policy of people and groups: who changes an account or a group can become anybody, so no group may."""

    def user_has_permission(self, user, action):
        return user.is_superuser and super().user_has_permission(user, action)

    def user_has_any_permission(self, user, actions):
        return user.is_superuser and super().user_has_any_permission(user, actions)


def administrators():
    """The people who may change everything, as a query."""
    return User.objects.filter(is_superuser=True, is_active=True)


def may_change_rights(actor: User, user: User) -> bool:
    """Return whether ``actor`` may change the rights of ``user``, given the means to.

    Nobody changes their own, except the only administrator, whom no colleague can help.
    """
    if actor.pk != user.pk:
        return True
    return actor.is_superuser and not administrators().exclude(pk=actor.pk).exists()


def rights_of(user: User) -> dict[str, object]:
    """Return what the stored account may do, by key, with the words for it. Nothing for a closed account."""
    stored = User.objects.filter(pk=user.pk, is_active=True).prefetch_related("groups").first()
    if stored is None:
        return {}
    most = {"administrator": _("Administrator")} if stored.is_superuser else {}
    return most | {f"group:{group.pk}": group for group in stored.groups.all()}


def rights_of_group(group: Group) -> dict[str, object]:
    """Return what the stored group lets its members do, by key, with the words for it."""
    if group.pk is None:
        return {}
    found = {f"permission:{one.pk}": one.name for one in group.permissions.all()}
    for one in group.page_permissions.select_related("page", "permission"):
        found[f"page:{one.page_id}:{one.permission_id}"] = f"{one.page}: {one.permission.name}"
    for one in group.collection_permissions.select_related("collection", "permission"):
        found[f"collection:{one.collection_id}:{one.permission_id}"] = (
            f"{one.collection}: {one.permission.name}"
        )
    return found


@contextmanager
def widening_of(of: User | Group) -> Iterator[None]:
    """Log and announce the rights that the block adds to an account or a group, in one transaction with it.

    The actor is the user of the admin's log context. Outside the admin (a command, a migration) there is none.
    """
    read = rights_of_group if isinstance(of, Group) else rights_of
    with transaction.atomic():
        before = read(of)
        yield
        after = read(of)
        gained = {key: words for key, words in after.items() if key not in before}
        if gained:
            tell_widening(of, gained)


def tell_widening(of: User | Group, gained: Mapping[str, object]) -> None:
    """Log and announce that ``of`` gained these rights, in the caller's transaction."""
    actor = get_active_log_context().user
    log(instance=of, action=WIDENED, user=actor, data={"gained": [str(words) for words in gained.values()]})
    rights_widened.send(type(of), of=of, actor=actor, gained=list(gained.values()))
