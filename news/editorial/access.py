"""Whose pages are whose: editors see what they may edit, and unknown and forbidden look the same."""

from collections.abc import Iterable

from django.contrib.contenttypes.models import ContentType
from django.http import Http404
from django.shortcuts import get_object_or_404
from wagtail.models import Page, TaskState
from wagtail.permission_policies.pages import PagePermissionPolicy

from home.web.shortcuts import get_or_404

from .models import DraftLink, PageCheck, ReviewPlan


def pages_for(user):
    """The pages that somebody may edit or publish."""
    return PagePermissionPolicy().instances_user_has_any_permission_for(user, {"change", "publish"})


def may_edit_any_page(user) -> bool:
    """Whether there is any such page; several items of the menu ask, once for a request's user."""
    if not hasattr(user, "_edits_pages"):
        user._edits_pages = pages_for(user).exists()
    return user._edits_pages


def checks_for(user):
    """What was found on published pages that somebody may edit."""
    return PageCheck.objects.filter(page__in=pages_for(user).values("pk"), page__live=True)


def page_for(user, pk: int) -> Page:
    """A page that somebody may edit."""
    page = get_object_or_404(Page, pk=pk, depth__gt=1)
    if not page.permissions_for_user(user).can_edit():
        raise Http404
    return page


def changed_drafts_among(user, pages: Iterable[Page], below: bool) -> list[Page]:
    """The drafts that readers would get with these pages, and with those ``below`` them that somebody may publish."""
    found = {page.pk: page for page in pages if not page.live or page.has_unpublished_changes}
    for page in pages if below else ():
        for draft in page.get_descendants().not_live():
            if draft.pk not in found and draft.permissions_for_user(user).can_publish():
                found[draft.pk] = draft
    return [page.get_latest_revision_as_object() for page in found.values()]


class NoPendingApproval(Exception):
    """Somebody else approved, or it is not theirs to approve."""


def approval_for(user, page_id: int, pk: int) -> TaskState:
    """The approval of a page that waits for somebody; raises WaitsNoMore where none does."""
    states = TaskState.objects.reviewable_by(user).filter(
        revision__base_content_type=ContentType.objects.get_for_model(Page), revision__object_id=str(page_id)
    )
    state = states.select_related("revision").filter(pk=pk).first()
    if state is None:
        raise NoPendingApproval
    return state


def may_edit_page(user, page: Page) -> bool:
    """Whether somebody works here and may edit a page."""
    policy = PagePermissionPolicy()
    return user.is_staff and user.is_active and policy.user_has_permission_for_instance(user, "change", page)


def keepers_by_page(cares: Iterable[ReviewPlan]) -> dict:
    """By page, who looks after it and may edit it. Pages of which nobody does are left out."""
    known, found = {}, {}
    for care in cares:
        if care.named:
            person = known.setdefault(care.named.pk, care.named)  # who keeps what they may: asked once
            if may_edit_page(person, care.page):
                found[care.page_id] = person
    return found


def users_who_may_edit(page: Page):
    """The staff that may edit a page."""
    return PagePermissionPolicy().users_with_permission_for_instance("change", page).filter(is_staff=True)


def cares_for(user):
    """The pages with a day of review that somebody may edit."""
    cares = ReviewPlan.objects.filter(page__in=pages_for(user).values("pk"), page__live=True)
    return cares.select_related("page__locale", "page__owner", "keeper", "reviewed_by")


def draft_link(secret: str, now) -> DraftLink:
    """The link that was handed over, as long as it holds."""
    links = DraftLink.objects.open_at(now).select_related("page", "revision", "created_by")
    return get_or_404(links, secret=secret)
