"""Access to drafts and submissions: the only functions that fetch them on behalf of a person."""

from django.db.models import F
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from eservices.accounts.models import User
from eservices.formbuilder.models import Form, FormVersion
from home.caching.site_version import cached_per_version

from .models import Draft, DraftQuerySet


class DraftExpired(Exception):
    """The draft's retention time is over."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(draft)
        self.draft = draft


class SignInRequired(Exception):
    """The draft belongs to an account and nobody is signed in."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(draft)
        self.draft = draft


def version_in_force(slug: str) -> FormVersion:
    """Return the published version of the form ``slug``; ``Http404`` if there is none.

    Cached per site version.
    """
    version = cached_per_version(f"form-{slug}", lambda: FormVersion.objects.in_force(form__slug=slug))
    if version is None:
        raise Http404
    return version


def draft_by_secret(user: User, secret: str, *, with_submission: bool = True) -> Draft:
    """Return the draft behind a link. ``Http404`` if unknown or of another person; ``DraftExpired`` if too old.

    A draft that a signed-in person began, or that an agent fills in for somebody, opens for that person only; it raises
    ``SignInRequired`` if nobody is signed in. Without the submission only whether there is one is read.
    """
    if with_submission:
        draft = get_object_or_404(Draft.objects.select_related("submission"), secret=secret)
    else:
        draft = get_object_or_404(Draft.objects.annotate(sent_as=F("submission")), secret=secret)
        if getattr(draft, "sent_as", None) is None:  # mypy does not know annotations
            Draft.submission.related.set_cached_value(draft, None)
    draft.version = _version_of_draft(draft.version_id)
    owner = draft.agent_id or draft.user_id
    if owner and not user.is_authenticated:
        raise SignInRequired(draft)
    if owner and owner != user.pk:
        raise Http404
    if draft.agent_id:
        draft.agent = user
    elif owner:
        draft.user = user
    if draft.expired:
        raise DraftExpired(draft)
    return draft


def _version_of_draft(pk: int) -> FormVersion:
    """Return a version with its form, which has its version in force. Cached per site version."""

    def load() -> FormVersion:
        current = FormVersion.objects.in_force(form__versions=pk)
        if current and current.pk == pk:
            return current
        version = FormVersion.objects.select_related("form").get(pk=pk)
        version.form.known_current = current
        return version

    return cached_per_version(f"form-version-{pk}", load)


def was_draft_sent(secret: str) -> bool | None:
    """Return whether the draft with this secret was sent; None if it is not started."""
    found = Draft.objects.filter(secret=secret).values_list("submission").first()
    return found and found[0] is not None


def newer_version(draft: Draft) -> FormVersion | None:
    """Return the current version of the form of a draft from ``draft_by_secret``; None if the draft has it.

    Sent drafts, rehearsals, and drafts of a form that is not offered any more stay with their version.
    """
    if hasattr(draft, "submission") or draft.version.is_rehearsal:
        return None
    current = draft.version.form.current
    return current if current and current.number > draft.version.number else None


def published_version(form: Form, number: str) -> FormVersion | None:
    """Return the published version of a form with this number; None if there is none."""
    if not (number.isascii() and number.isdigit() and len(number) < 9):
        return None
    return form.versions.published().filter(number=int(number)).first()


def drafts_for_others(user: User) -> DraftQuerySet:
    """Return the drafts that ``user`` began for somebody else and has not sent, the newest first."""
    own = Draft.objects.real().filter(agent=user, submission=None, forgotten_at=None)
    return own.filter(expires_at__gt=timezone.now()).select_related("version").order_by("-saved_at")


def may_submit_for_others(user: User) -> bool:
    """Return whether ``user`` may apply for people at the counter, on the telephone or on paper."""
    return user.is_staff and user.has_perm("eservices_submissions.file_for_others")
