"""Checks of the pages of a bundle: the reasons why a page cannot be published with it. Nothing is written."""

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page

from ..localization.dates import date_format
from ..publication.publish_checks import publish_blockers, publish_warnings, validation_errors
from .models import Bundle


def blockers_by_page(bundle: Bundle, user) -> dict[int, list[str]]:
    """Return the blockers of each page, by its key. Pages without any are left out."""
    pages = bundle.pages()
    paths = {page.path for page in pages}
    found = {page.pk: blockers_for_page(page, user, paths) for page in pages}
    return {key: reasons for key, reasons in found.items() if reasons}


def changed_drafts(agreed: dict[str, int | None], pages: Iterable[Page]) -> dict[int, str]:
    """Return the message for each page with another latest draft than agreed upon, or with none, by its key."""
    words = _("The page was changed after the bundle was scheduled. Check it, and schedule the bundle again.")
    return {page.pk: words for page in pages if agreed.get(str(page.pk), 0) != page.latest_revision_id}


def removed_pages(agreed: dict[str, int | None], pages: Iterable[Page]) -> str:
    """Return the message if a page that was agreed upon is not in the bundle any more; else ""."""
    if set(agreed) <= {str(page.pk) for page in pages}:
        return ""
    return _("A page was taken out after it was scheduled: schedule the bundle again.")


def warnings_for_page(page: Page) -> list[str]:
    """Return the publish warnings of the page's draft; none if it has no unpublished changes."""
    if page.live and not page.has_unpublished_changes:
        return []
    return publish_warnings(page.get_latest_revision_as_object())


def blockers_for_page(page: Page, user, together: set[str]) -> list[str]:
    """Return the blockers of one page. ``together``: the tree paths of all pages of the bundle."""
    may = page.permissions_for_user(user) if user else None
    if may is None or not may.can_publish():
        return [_("You may not publish this page.")]
    draft = page.get_latest_revision_as_object()
    checks = [
        _("The page is locked.") if may.page_locked() else "",
        _("The page is waiting for approval.") if page.workflow_in_progress else "",
        _scheduled(page, draft),
        _("The end date of the page has passed. Its draft would expire immediately.")
        if _is_past(draft)
        else "",
        _hidden_parent_message(page, together),
        *validation_errors(draft),
        *publish_blockers(draft),
    ]
    return [reason for reason in checks if reason]


def _scheduled(page: Page, draft: Page) -> str:
    if page.scheduled_revision:
        return _("The page is already scheduled separately.")
    if draft.go_live_at and draft.go_live_at > timezone.now():
        day = date_format(timezone.localtime(draft.go_live_at), "DATE_FORMAT")
        return _("The draft of the page has its own start: {day}.").format(day=day)
    return ""


def _is_past(draft: Page) -> bool:
    return bool(draft.expire_at and draft.expire_at <= timezone.now())


def _hidden_parent_message(page: Page, together: set[str]) -> str:
    """Return the message if a page above is not public, nor in the bundle: nobody could find the page."""
    above = Page.objects.ancestor_of(page).filter(depth__gt=1, live=False).order_by("path")
    missing = [one.get_admin_display_title() for one in above if one.path not in together]
    return _("The page above is not published: {title}.").format(title=missing[0]) if missing else ""
