"""Access to imports: one's own, as long as one may create such objects. Administrators see all."""

from django.db.models import QuerySet
from django.http import Http404

from eservices.accounts.models import User
from home.extensions.import_kinds import ImportKind, import_kinds

from .models import SpreadsheetImport


def kinds_for(user: User) -> list[tuple[str, ImportKind]]:
    """Return the kinds of objects that the user may import, by key."""
    return [(key, kind) for key, kind in import_kinds.items() if user.is_active and kind.may_import(user)]


def may_import(user: User) -> bool:
    return user.is_active and bool(kinds_for(user))


def check_may_import(user: User) -> None:
    """Raise Http404 if the user may import nothing."""
    if not may_import(user):
        raise Http404


def imports_for(user: User) -> QuerySet[SpreadsheetImport]:
    """Return the imports of the user. Raise Http404 if there can be none."""
    check_may_import(user)
    found = SpreadsheetImport.objects.filter(kind__in=[key for key, _kind in kinds_for(user)])
    return found if user.is_superuser else found.filter(created_by=user)


def import_for(user: User, pk: int) -> SpreadsheetImport:
    """Return one of these imports. Raise Http404 otherwise."""
    found = imports_for(user).select_related("created_by").filter(pk=pk).first()
    if found is None or not may_import_into(user, found.kind, found.target):
        raise Http404
    return found


def may_import_into(user: User, kind: str, target: str) -> bool:
    """Return whether the user may still import such objects there."""
    found = dict(kinds_for(user)).get(kind)
    if found is None:
        return False
    return not found.target_label or target in {value for value, _label in found.targets(user)}
