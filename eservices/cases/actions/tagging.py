"""What agents mark cases with, and what they keep of the queue."""

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Lower
from django.db.models.lookups import Exact
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from eservices.accounts.models import User

from .. import trace
from ..models import Case, QueueLayout, SavedView, Tag
from .base import IllegalTransition, allowed


@transaction.atomic
def tag(*, actor: User, case: Case, name: str) -> Tag:
    """Marks the case with a tag, which is made where nobody used it before, in whatever capitals."""
    case, name = allowed(case, "tag"), " ".join(name.replace("\0", "").split())
    if not name:
        raise IllegalTransition(_("Write the tag."))
    found = _locked(name) or _made(name)
    if not case.tags.contains(found):
        case.tags.add(found)
        trace.record(case, "tagged", actor, name=found.name)
    return found


@transaction.atomic
def untag(*, actor: User, case: Case, tag: Tag) -> None:
    """Takes a tag off the case. A tag that no case bears any more is gone."""
    case = allowed(case, "tag")
    if _locked(tag.name) and case.tags.contains(tag):
        case.tags.remove(tag)
        trace.record(case, "untagged", actor, name=tag.name)
        if not tag.cases.exists():
            tag.delete()


def _locked(name: str) -> Tag | None:
    """The tag of this name, which nobody forgets meanwhile; None where there is none."""
    return Tag.objects.select_for_update().filter(Exact(Lower("name"), Lower(Value(name)))).first()


def _made(name: str) -> Tag:
    """A new tag; the one that another agent made at the same moment where there is one."""
    Tag.objects.bulk_create([Tag(name=name)], ignore_conflicts=True)
    return _locked(name)


def save_view(*, actor: User, view: SavedView) -> SavedView:
    """Keeps a view of the queue under its name, the actor's own or a team's."""
    view.owner = actor
    view.save()
    return view


def drop_view(*, actor: User, view: SavedView) -> None:
    """Forgets a view. The cases in it stay."""
    view.delete()


def leave_trace_of_export(*, actor: User, query: str, kind: str, **answers) -> None:
    """Keeps in Wagtail's log who took the list of cases away as a file, and how it was narrowed.

    ``answers``: where they stand in it, of which service they are (``answers_of``) and of how many ``cases``.
    """
    log(instance=actor, action="cases.export", user=actor, data={"filters": query, "format": kind} | answers)


def lay_out(*, actor: User, columns: list[str], dense: bool) -> None:
    """Keeps how the actor wants to see the queue."""
    QueueLayout.objects.update_or_create(user=actor, defaults={"columns": columns, "dense": dense})
