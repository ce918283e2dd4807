"""Who may see something written that is not published: its author by the mailed link, and who moderates."""

from django.contrib.auth.backends import ModelBackend
from django.http import Http404

from eservices.accounts.models import User

from .kinds import KINDS
from .models import Written
from .rights import MODERATE, may_moderate

__all__ = ["may_moderate", "moderators", "number_waiting", "own", "waiting_for", "written_by", "written_for"]
MOST = 100  # at once on the screen


def own(kind: str, secret: str) -> Written:
    """What somebody wrote, by the link of their letter. Raises Http404."""
    found = KINDS[kind].objects.filter(secret=secret).first() if kind in KINDS else None
    if found is None:
        raise Http404
    return found


def written_by(email: str) -> list[Written]:
    """All that the owner of a proven address wrote, the oldest first."""
    found = [one for kind in KINDS.values() for one in kind.objects.of(email)]
    return sorted(found, key=lambda one: (one.handed_in_at, one.kind, one.pk))


def moderators() -> list[User]:
    """Who is told that texts wait: whoever may moderate, or who runs the site where that is nobody's task."""
    people = ModelBackend().with_perm(MODERATE, include_superusers=False).exclude(email="").order_by("pk")
    return list(people) or list(User.objects.filter(is_active=True, is_superuser=True).order_by("pk"))


def waiting_for(user) -> list[Written]:
    """All that is to be read, the oldest first. Raises Http404."""
    if not may_moderate(user):
        raise Http404
    found = [one for kind in KINDS.values() for one in kind.objects.waiting()[:MOST]]
    return sorted(found, key=lambda one: (one.handed_in_at, one.kind, one.pk))[:MOST]


def number_waiting(user) -> int:
    return sum(kind.objects.waiting().count() for kind in KINDS.values()) if may_moderate(user) else 0


def written_for(user, kind: str, pk: int) -> Written:
    """Something written, for who moderates. Raises Http404."""
    known = may_moderate(user) and kind in KINDS
    found = KINDS[kind].objects.filter(pk=pk).first() if known else None
    if found is None:
        raise Http404
    return found
