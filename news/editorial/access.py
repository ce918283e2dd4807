"""Access of editors to pages. Unknown and forbidden pages are answered alike."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from wagtail.models import Page, TaskState
from wagtail.permissions import page_permission_policy

from eservices.accounts.models import User
from home.caching.cached_attributes import cached_attribute
from home.exceptions import ActionRefused
from home.web.shortcuts import get_or_404

from .models import DraftLink, PageCheck, ReviewPlan


def pages_for(user: User) -> QuerySet[Page]:
    """Return the pages that ``user`` may edit or publish."""
    rights = {"change", "publish"}
    pages: QuerySet[Page] = page_permission_policy.instances_user_has_any_permission_for(user, rights)
    return pages


def may_edit_any_page(user: User) -> bool:
    """Return whether ``user`` may edit any page. Cached on ``user``, because several menu items need it."""
    return cached_attribute(user, "_edits_pages", lambda: _may_edit_any_page(user))


def _may_edit_any_page(user: User) -> bool:
    # The right to publish is that to pages, which exist. A user may also edit own pages, for which all are searched.
    return page_permission_policy.user_has_permission(user, "publish") or pages_for(user).exists()


def checks_for(user: User) -> QuerySet[PageCheck]:
    """Return the page checks of published pages that ``user`` may edit."""
    return PageCheck.objects.filter(page__in=pages_for(user).values("pk"), page__live=True)


def page_for(user: User, pk: int) -> Page:
    """Return a page that ``user`` may edit. Raise Http404 otherwise."""
    page = get_object_or_404(Page, pk=pk, depth__gt=1)
    if not page.permissions_for_user(user).can_edit():
        raise Http404
    return page


def changed_drafts_among(user: User, pages: Iterable[Page], below: bool) -> list[Page]:
    """Return the drafts that would become public with ``pages``.

    ``below``: include unpublished descendants that ``user`` may publish.
    """
    found = {page.pk: page for page in pages if not page.live or page.has_unpublished_changes}
    for page in pages if below else ():
        for draft in page.get_descendants().not_live():
            if draft.pk not in found and draft.permissions_for_user(user).can_publish():
                found[draft.pk] = draft
    return [page.get_latest_revision_as_object() for page in found.values()]


class NoPendingApproval(ActionRefused):
    """The draft does not wait for this user's approval, possibly because another user approved it."""


def approval_for(user: User, page_id: int, pk: int) -> TaskState:
    """Return the approval of a page that waits for ``user``. Raise NoPendingApproval if there is none."""
    states = TaskState.objects.reviewable_by(user).filter(
        revision__base_content_type=ContentType.objects.get_for_model(Page), revision__object_id=str(page_id)
    )
    state = states.select_related("revision").filter(pk=pk).first()
    if state is None:
        raise NoPendingApproval(_("This no longer waits for your approval."))
    return state


def may_edit_page(user: User, page: Page) -> bool:
    """Return whether ``user`` is active staff and may edit the page."""
    policy = page_permission_policy
    return user.is_staff and user.is_active and policy.user_has_permission_for_instance(user, "change", page)


def keepers_by_page(cares: Iterable[ReviewPlan]) -> dict[int, User]:
    """Return the keeper of each page who may edit it, by page id. Pages without one are left out."""
    known: dict[int, User] = {}
    found: dict[int, User] = {}
    for care in cares:
        if care.named:
            person = known.setdefault(care.named.pk, care.named)  # permissions are cached per object
            if may_edit_page(person, care.page):
                found[care.page_id] = person
    return found


def users_who_may_edit(page: Page) -> QuerySet[User]:
    """Return the staff who may edit a page."""
    users: QuerySet[User] = page_permission_policy.users_with_permission_for_instance("change", page)
    return users.filter(is_staff=True)


def cares_for(user: User) -> QuerySet[ReviewPlan]:
    """Return the review plans of published pages that ``user`` may edit."""
    cares = ReviewPlan.objects.filter(page__in=pages_for(user).values("pk"), page__live=True)
    return cares.select_related("page__locale", "page__owner", "keeper", "reviewed_by")


def draft_link(secret: str, now: datetime) -> DraftLink:
    """Return the link to a draft by its secret. Raise Http404 if it expired or was revoked."""
    links = DraftLink.objects.open_at(now).select_related("page", "revision", "created_by")
    return get_or_404(links, secret=secret)
