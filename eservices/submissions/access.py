"""The only ways to fetch a draft, or what became of it, on behalf of a person."""

from django.http import Http404
from django.utils import timezone

from eservices.formbuilder.models import Form, FormVersion
from home.caching.site_version import cached_per_version

from .models import Draft, Submission


class DraftExpired(Exception):
    """The draft was kept as long as promised, and no longer."""

    def __init__(self, draft: Draft):
        super().__init__(draft)
        self.draft = draft


class SignInRequired(Exception):
    """The draft belongs to an account and nobody is signed in."""

    def __init__(self, draft: Draft):
        super().__init__(draft)
        self.draft = draft


def version_in_force(slug: str) -> FormVersion:
    """What the form ``slug`` asks now; ``Http404`` where nothing is published under this name.

    It is read once per generation.
    """
    version = cached_per_version(f"form-{slug}", lambda: FormVersion.objects.in_force(form__slug=slug))
    if version is None:
        raise Http404
    return version


def draft_by_secret(user, secret: str) -> Draft:
    """The draft behind a link. Unknown or another person's: ``Http404``; too old: ``DraftExpired``.

    A draft that somebody began signed in, or that an agent fills in for somebody, opens for that person only.
    """
    related = Draft.objects.select_related("version__form", "submission", "user", "agent")
    draft = related.with_current().filter(secret=secret).first()
    if draft is None:
        raise Http404
    owner = draft.agent_id or draft.user_id
    if owner and not user.is_authenticated:
        raise SignInRequired(draft)
    if owner and owner != user.pk:
        raise Http404
    if draft.expired:
        raise DraftExpired(draft)
    return draft


def is_draft_started(secret: str) -> bool:
    """Whether the draft under ``secret`` exists already."""
    return Draft.objects.filter(secret=secret).exists()


def is_sent(secret: str) -> bool:
    """Whether the draft under ``secret`` became a request."""
    return Submission.objects.filter(draft__secret=secret).exists()


def newer_version(draft: Draft) -> FormVersion | None:
    """What the form of a draft (from ``draft_by_secret``) asks now; None where nothing was published since.

    A request that was sent, a rehearsal, and a draft of a form that is offered no more stay with theirs.
    """
    if hasattr(draft, "submission") or draft.version.is_rehearsal:
        return None
    if draft.current is None or draft.current <= draft.version.number:
        return None
    version = draft.version.form.versions.get(number=draft.current)
    version.form = draft.version.form
    return version


def published_version(form: Form, number: str) -> FormVersion | None:
    """The published version of a form that a page was made from; None where there is none such."""
    if not (number.isascii() and number.isdigit() and len(number) < 9):
        return None
    return form.versions.published().filter(number=int(number)).first()


def drafts_for_others(user):
    """What ``user`` began for somebody else and has not sent, the newest first."""
    own = Draft.objects.real().filter(agent=user, submission=None, forgotten_at=None)
    return own.filter(expires_at__gt=timezone.now()).select_related("version").order_by("-saved_at")


def may_submit_for_others(user) -> bool:
    """Whether ``user`` is staff who files for people at the counter, on the telephone or on paper."""
    return user.is_staff and user.has_perm("eservices_submissions.file_for_others")
