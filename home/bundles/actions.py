"""Actions on a bundle."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page

from eservices.accounts.models import User

from ..exceptions import ActionRefused
from ..localization.punctuation import labelled
from . import publish_checks
from .models import Bundle


class BundleBlocked(ActionRefused):
    """The bundle was not published, nor any page of it. ``reasons``: pairs of a page's title and a reason."""

    def __init__(self, reasons: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(labelled(title, reason) for title, reason in reasons))
        self.reasons = reasons


def publish(bundle: Bundle, *, actor: User | None, agreed: dict[str, int | None] | None = None) -> Bundle:
    """Publish the latest draft of every page, or none. Raise BundleBlocked.

    ``agreed``: if given, publish only if each page still has this draft.
    """
    with transaction.atomic():
        locked = _open(bundle)
        pages = _locked_pages(locked)
        if not pages:
            raise BundleBlocked([(locked.title, _("There is no page in it."))])
        if agreed is not None:
            _check_unchanged(agreed, locked, pages)
        _check_no_obstacles(locked, pages, actor)
        for page in pages:
            _publish(page, actor)
        locked.state, locked.trouble, locked.publish_at = Bundle.State.PUBLISHED, [], None
        locked.published_at, locked.published_by = timezone.now(), actor
        locked.save()
    return locked


def schedule(bundle: Bundle, *, at: datetime, actor: User) -> Bundle:
    """Schedule the bundle: the scheduler publishes it in the name of ``actor``. Raise BundleBlocked."""
    with transaction.atomic():
        locked = _open(bundle)
        pages = locked.pages()
        _check_no_obstacles(locked, pages, actor)
        locked.state, locked.publish_at, locked.scheduled_by = Bundle.State.SCHEDULED, at, actor
        locked.trouble, locked.agreed = [], _drafts(pages)
        locked.save()
    return locked


def unschedule(bundle: Bundle, *, actor: User) -> Bundle:
    """Cancel the schedule."""
    with transaction.atomic():
        locked = _open(bundle)
        locked.state, locked.publish_at, locked.scheduled_by, locked.trouble = (
            Bundle.State.OPEN,
            None,
            None,
            [],
        )
        locked.save()
    return locked


def publish_due(bundle: Bundle) -> None:
    """Publish a due bundle as agreed, or mark it as hindered with every reason. It is not tried again."""
    try:
        publish(bundle, actor=bundle.scheduled_by, agreed=bundle.agreed)
    except BundleBlocked as hindered:
        changes = {"state": Bundle.State.HINDERED, "trouble": hindered.reasons}
        Bundle.objects.filter(pk=bundle.pk, state=Bundle.State.SCHEDULED).update(**changes)


def _open(bundle: Bundle) -> Bundle:
    locked = Bundle.objects.select_for_update().get(pk=bundle.pk)
    if not locked.is_open:
        raise BundleBlocked([(locked.title, _("The bundle is already published."))])
    return locked


def _check_unchanged(agreed: dict[str, int | None], bundle: Bundle, pages: list[Page]) -> None:
    """Raise BundleBlocked if a page was changed, added or removed since the drafts were agreed upon."""
    changed = publish_checks.changed_drafts(agreed, pages)
    reasons = [(page.get_admin_display_title(), changed[page.pk]) for page in pages if page.pk in changed]
    if removed := publish_checks.removed_pages(agreed, pages):
        reasons.append((bundle.title, removed))
    if reasons:
        raise BundleBlocked(reasons)


def _check_no_obstacles(bundle: Bundle, pages: list[Page], actor: User | None) -> None:
    if found := publish_checks.blockers_by_page(bundle, actor):
        titles = {page.pk: page.get_admin_display_title() for page in pages}
        raise BundleBlocked([(titles[key], reason) for key, reasons in found.items() for reason in reasons])


def _drafts(pages: list[Page]) -> dict[str, int | None]:
    """Return the latest draft of each page: those that the user sees and agrees to."""
    return {str(page.pk): page.latest_revision_id for page in pages}


def _locked_pages(bundle: Bundle) -> list[Page]:
    """Lock the pages in the order of their keys and return them in tree order, so that parents are published first."""
    keys = list(bundle.entries.values_list("page", flat=True))
    list(Page.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
    return bundle.pages()


def _publish(page: Page, actor: User | None) -> None:
    if page.live and not page.has_unpublished_changes:
        return
    revision = page.get_latest_revision() or page.specific.save_revision(user=actor)
    try:
        revision.publish(user=actor)
    except (
        ValidationError
    ) as fault:  # raised by the page itself when it is published, such as an invalid service
        raise BundleBlocked([(page.get_admin_display_title(), " ".join(fault.messages))]) from fault
