"""Rights of accounts and groups: who may change them, and which rights a change added."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import get_active_log_context, log
from wagtail.models import GroupCollectionPermission, GroupPagePermission
from wagtail.permission_policies import ModelPermissionPolicy

from .models import User
from .signals import rights_widened

WIDENED = "accounts.widen"  # name of the action in Wagtail's log
SHOWN = 40  # rights in one e-mail; the log has all of them


class AdministratorsOnly(ModelPermissionPolicy):  # type: ignore[misc]  # Wagtail has no types
    """The permission policy of users and groups: only administrators may change them.

    Any user with this right could give themselves every other right, so no group may have it.
    """

    def user_has_permission(self, user: User, action: str) -> bool:
        return user.is_superuser and super().user_has_permission(user, action)

    def user_has_any_permission(self, user: User, actions: Iterable[str]) -> bool:
        return user.is_superuser and super().user_has_any_permission(user, actions)


def administrators() -> QuerySet[User]:
    """Return a queryset of the active administrators."""
    return User.objects.filter(is_superuser=True, is_active=True)


def may_change_rights(actor: User, user: User) -> bool:
    """Return whether ``actor`` may change the rights of ``user``, besides the permission to do so.

    Nobody changes their own, except the only administrator, whom no colleague can help.
    """
    if actor.pk != user.pk:
        return True
    return actor.is_superuser and not administrators().exclude(pk=actor.pk).exists()


def rights_of(user: User) -> dict[str, object]:
    """Return the rights of the stored account as labels by key; {} for a closed account."""
    stored = User.objects.filter(pk=user.pk, is_active=True).prefetch_related("groups").first()
    if stored is None:
        return {}
    most: dict[str, object] = {"administrator": _("Administrator")} if stored.is_superuser else {}
    return most | {f"group:{group.pk}": group for group in stored.groups.all()}


def rights_of_group(group: Group) -> dict[str, object]:
    """Return the rights that the stored group gives its members as labels by key."""
    if group.pk is None:
        return {}
    found: dict[str, object] = {f"permission:{one.pk}": one.name for one in group.permissions.all()}
    for one in GroupPagePermission.objects.filter(group=group).select_related("page", "permission"):
        found[f"page:{one.page_id}:{one.permission_id}"] = f"{one.page}: {one.permission.name}"
    for one in GroupCollectionPermission.objects.filter(group=group).select_related(
        "collection", "permission"
    ):
        found[f"collection:{one.collection_id}:{one.permission_id}"] = (
            f"{one.collection}: {one.permission.name}"
        )
    return found


@contextmanager
def widening_of(of: User | Group) -> Iterator[None]:
    """Run the block, then log and announce the rights that it added to an account or a group.

    Block and log are one transaction. The actor is the user of the admin's log context; None outside the admin (a
    command, a migration).
    """

    def read() -> dict[str, object]:
        return rights_of_group(of) if isinstance(of, Group) else rights_of(of)

    with transaction.atomic():
        before = read()
        yield
        after = read()
        gained = {key: words for key, words in after.items() if key not in before}
        if gained:
            report_added_rights(of, gained)


def report_added_rights(of: User | Group, gained: Mapping[str, object]) -> None:
    """Log and announce that ``of`` gained these rights. Must run in the caller's transaction."""
    actor = get_active_log_context().user
    log(instance=of, action=WIDENED, user=actor, data={"gained": [str(words) for words in gained.values()]})
    rights_widened.send(type(of), of=of, actor=actor, gained=list(gained.values()))
