"""Access to unpublished texts: authors by the e-mailed link, and moderators."""

from django.contrib.auth.backends import ModelBackend
from django.http import Http404

from eservices.accounts.models import User

from .models import ModeratedText
from .moderated_models import MODERATED_MODELS
from .permissions import MODERATE, may_moderate

__all__ = [
    "all_written_by",
    "awaiting_moderation_for",
    "count_awaiting_moderation",
    "may_moderate",
    "moderators",
    "own_written",
    "written_for",
]
MAX_LISTED = 100  # texts in the list


def own_written(kind: str, secret: str) -> ModeratedText:
    """Return a text by the link in its author's e-mails. Raise Http404 otherwise."""
    found = MODERATED_MODELS[kind].objects.filter(secret=secret).first() if kind in MODERATED_MODELS else None
    if found is None:
        raise Http404
    return found


def all_written_by(email: str) -> list[ModeratedText]:
    """Return all texts of the owner of a verified address, the oldest first."""
    found = [one for kind in MODERATED_MODELS.values() for one in kind.objects.of(email)]
    return sorted(found, key=lambda one: (one.handed_in_at, one.kind, one.pk))


def moderators() -> list[User]:
    """Return the moderators; the superusers if there are none."""
    people = ModelBackend().with_perm(MODERATE, include_superusers=False).exclude(email="").order_by("pk")
    return list(people) or list(User.objects.filter(is_active=True, is_superuser=True).order_by("pk"))


def awaiting_moderation_for(user: User) -> list[ModeratedText]:
    """Return all texts that wait for moderation, the oldest first. Raise Http404 if ``user`` may not moderate."""
    if not may_moderate(user):
        raise Http404
    found: list[ModeratedText] = [
        one for kind in MODERATED_MODELS.values() for one in kind.objects.waiting()[:MAX_LISTED]
    ]
    return sorted(found, key=lambda one: (one.handed_in_at, one.kind, one.pk))[:MAX_LISTED]


def count_awaiting_moderation(user: User) -> int:
    return (
        sum(kind.objects.waiting().count() for kind in MODERATED_MODELS.values()) if may_moderate(user) else 0
    )


def written_for(user: User, kind: str, pk: int) -> ModeratedText:
    """Return a text for moderators. Raise Http404 otherwise."""
    known = may_moderate(user) and kind in MODERATED_MODELS
    found = MODERATED_MODELS[kind].objects.filter(pk=pk).first() if known else None
    if found is None:
        raise Http404
    return found
