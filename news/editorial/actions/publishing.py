"""Publishing despite warnings: asks for confirmation and records it in the page history."""

from collections.abc import Iterable

from django.db import transaction
from wagtail.actions.publish_page_revision import PublishPageRevisionAction
from wagtail.actions.unpublish_page import UnpublishPageAction
from wagtail.log_actions import log
from wagtail.models import Page, PageLogEntry, Revision, TaskState
from wagtail_localize.models import Translation

from eservices.accounts.models import User

from .. import page_translations
from ..content_checks.rules import Finding

LOG_ACTION_DESPITE_WARNINGS = "editing.published_anyway"


@transaction.atomic
def publish_draft(*, actor: User, revision: Revision, warnings: Iterable[Finding]) -> Page:
    """Publish a draft, at its scheduled time if it has one."""
    PublishPageRevisionAction(revision, user=actor).execute()
    page = Page.objects.get(pk=revision.object_id)
    _note(page, revision, warnings, actor)
    return page


@transaction.atomic
def approve_draft(*, actor: User, task_state: TaskState, comment: str, warnings: Iterable[Finding]) -> Page:
    """Approve a draft. This publishes it if no other approval is needed."""
    page = task_state.revision.content_object
    _note(page, page.get_latest_revision(), warnings, actor)
    task_state.task.specific.on_action(task_state.specific, actor, "approve", comment=comment)
    return Page.objects.get(pk=page.pk)


@transaction.atomic
def publish_translation(*, actor: User, translation: Translation, warnings: Iterable[Finding]) -> None:
    """Publish the translation of a page in its current state."""
    translation.save_target(user=actor, publish=True)
    page = translation.get_target_instance()
    _note(page, page.latest_revision, warnings, actor)


@transaction.atomic
def unpublish_translations(*, actor: User, page: Page, with_below: bool) -> None:
    """Unpublish the translations of a page, as far as the actor may.

    ``with_below``: including the pages below them.
    """
    for one in page_translations.unpublishable_by(page_translations.published_translations(page), actor):
        UnpublishPageAction(one, user=actor, include_descendants=with_below).execute()


@transaction.atomic
def log_bulk_publication(*, actor: User, warned: Iterable[tuple[Page, list[Finding]]]) -> None:
    """Record the warnings of pages that are about to be published together."""
    for page, warnings in warned:
        _note(page, page.latest_revision, warnings, actor)


def is_confirmed_despite_warnings(revision: Revision) -> bool:
    """Return whether an editor confirmed that this draft is published despite its warnings."""
    confirmed: bool = PageLogEntry.objects.filter(
        action=LOG_ACTION_DESPITE_WARNINGS, revision=revision
    ).exists()
    return confirmed


def _note(page: Page, revision: Revision, warnings: Iterable[Finding], actor: User) -> None:
    if passed := sorted({one.rule for one in warnings}):
        log(page, LOG_ACTION_DESPITE_WARNINGS, user=actor, data={"rules": passed}, revision=revision)
