"""Tags of cases."""

from django.db import transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Lower
from django.db.models.lookups import Exact
from django.utils.translation import gettext as _

from eservices.accounts.models import User

from .. import audit_log
from ..exceptions import IllegalTransition
from ..models import Case, CaseTag
from .base import lock_if_allowed


@transaction.atomic
def add_tag(*, actor: User, case: Case, name: str) -> CaseTag:
    """Add a tag to the case. The tag is created unless it exists, whatever its case."""
    case, name = lock_if_allowed(case, "tag"), " ".join(name.replace("\0", "").split())
    if not name:
        raise IllegalTransition(_("Write the tag."))
    found = _lock_tag(name) or _create_locked_tag(name)
    if not case.tags.contains(found):
        case.tags.add(found)
        audit_log.record_event(case, "tagged", actor, name=found.name)
    return found


@transaction.atomic
def remove_tag(*, actor: User, case: Case, tag: CaseTag) -> None:
    """Remove a tag from the case. A tag that no case has any more is deleted."""
    case = lock_if_allowed(case, "tag")
    if _lock_tag(tag.name) and case.tags.contains(tag):
        case.tags.remove(tag)
        audit_log.record_event(case, "untagged", actor, name=tag.name)
        if not tag.cases.exists():
            tag.delete()


def _lock_tag(name: str) -> CaseTag | None:
    """Lock the tag of this name, so that nobody deletes it, and return it. None if there is none."""
    return _tags_for_update(name).first()


def _create_locked_tag(name: str) -> CaseTag:
    """Create a tag and return it locked; also if another agent created it at the same moment."""
    CaseTag.objects.bulk_create([CaseTag(name=name)], ignore_conflicts=True)
    return _tags_for_update(name).get()


def _tags_for_update(name: str) -> QuerySet[CaseTag]:
    return CaseTag.objects.select_for_update().filter(Exact(Lower("name"), Lower(Value(name))))
