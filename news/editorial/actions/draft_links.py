"""Actions on links that show a draft without signing in."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from wagtail.log_actions import log
from wagtail.models import Page

from eservices.accounts.models import User

from ..models import DraftLink


@transaction.atomic
def create_draft_link(*, actor: User, page: Page, for_whom: str, days: int, follows: bool) -> DraftLink:
    """Create a link to the latest draft."""
    revision = page.get_latest_revision() or page.specific.save_revision(user=actor)
    expires_at = timezone.now() + timedelta(days=days)
    link = DraftLink.objects.create(
        page_id=page.pk,
        revision=revision,
        for_whom=for_whom,
        follows=follows,
        created_by=actor,
        expires_at=expires_at,
    )
    log(page, "editing.shared", user=actor, data={"for": for_whom, "until": expires_at.isoformat()})
    return link


@transaction.atomic
def revoke_draft_link(*, actor: User, link: DraftLink) -> None:
    """Revoke a link, which then shows nothing any more."""
    if DraftLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now()):
        log(link.page, "editing.unshared", user=actor, data={"for": link.for_whom})


def log_draft_link_opened(*, link: DraftLink) -> None:
    """Record that a link was opened: how often and when last."""
    DraftLink.objects.filter(pk=link.pk).update(opened=F("opened") + 1, opened_at=timezone.now())
