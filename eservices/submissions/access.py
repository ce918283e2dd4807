"""The only ways to fetch a draft, or what became of it, on behalf of a person."""

from django.http import Http404

from eservices.formbuilder.models import Form, FormVersion

from .models import Draft


class Expired(Exception):
    """The draft was kept as long as promised, and no longer."""

    def __init__(self, draft: Draft):
        super().__init__(draft)
        self.draft = draft


class SignInFirst(Exception):
    """The draft belongs to an account and nobody is signed in."""


def version_in_force(slug: str) -> FormVersion:
    """What the form ``slug`` asks now; ``Http404`` where nothing is published under this name."""
    form = Form.objects.filter(slug=slug).first()
    version = form.current if form else None
    if version is None:
        raise Http404
    version.form = form
    return version


def draft_by_secret(user, secret: str) -> Draft:
    """The draft behind a link. Unknown or another person's: ``Http404``; too old: ``Expired``.

    A draft that somebody began signed in, or that an agent fills in for somebody, opens for that person only.
    """
    related = Draft.objects.select_related("version__form", "submission", "user", "agent")
    draft = related.filter(secret=secret).first()
    if draft is None:
        raise Http404
    owner = draft.agent_id or draft.user_id
    if owner and not user.is_authenticated:
        raise SignInFirst
    if owner and owner != user.pk:
        raise Http404
    if draft.expired:
        raise Expired(draft)
    return draft


def may_file_for_others(user) -> bool:
    """Whether ``user`` is staff who files for people at the counter, on the telephone or on paper."""
    return user.is_staff and user.has_perm("eservices_submissions.file_for_others")
