"""Digests: news published since the last digest becomes a campaign that is sent at once."""

import uuid
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from wagtail.models import Locale, Page

from eservices.accounts.models import User
from home.scheduling.periodic import run_isolated

from ..content_types import LetterEntry, content_types
from ..models import Campaign, Digest, Mailing
from . import mailings

AHEAD = {Digest.Rhythm.DAILY: timedelta(days=1), Digest.Rhythm.WEEKLY: timedelta(days=7)}


def create_due_digests(now: datetime) -> None:
    """Create the campaign of every due digest, each isolated.

    A digest that is late, for example after an outage, is created once.
    """
    for pk in Digest.objects.in_force().filter(due_at__lte=now).values_list("pk", flat=True):
        run_isolated(f"digest {pk}", create_digest_campaign, actor=None, digest_id=pk)


@transaction.atomic
def create_digest_campaign(*, actor: User, digest_id: int) -> Mailing | None:
    """Create and schedule the campaign of a digest.

    Return None if it is not due or nothing was published. Repeated calls create one campaign.
    """
    now = timezone.now()
    digest = Digest.objects.select_for_update(of=("self",)).select_related("locale").get(pk=digest_id)
    if not digest.active or digest.due_at is None or digest.due_at > now:
        return None
    chosen = _chosen(digest, now)
    digest.since = now
    digest.save()
    if not chosen:
        return None
    key = uuid.uuid4()
    translations = {
        one.locale_id: one for one in Digest.objects.filter(translation_key=digest.translation_key)
    }
    for locale in Locale.objects.all():
        _campaign(translations.get(locale.pk, digest), locale, key, chosen, now).topics.set(
            digest.topics.all()
        )
    source = Campaign.objects.of(key).get(locale=digest.locale)
    return mailings.schedule_mailing(actor=actor, campaign=source)


def _chosen(digest: Digest, now: datetime) -> list[tuple[str, Page, LetterEntry]]:
    """Return the new pages of a digest, by content type.

    A digest with topics has only pages of one of them.
    """
    topics = {topic.translation_key for topic in digest.topics.all()}
    found = []
    for key, kind in content_types.items():
        pages = kind.fresh(digest.since, now, now + AHEAD[Digest.Rhythm(digest.rhythm)])
        entries = kind.entries(pages, digest.locale.language_code)
        shown = [(key, page, entries[page.pk]) for page in pages if page.pk in entries]
        found += [one for one in shown if not topics or one[2].topics & topics]
    return found


def _campaign(digest: Digest, locale: Locale, key: UUID, chosen: Any, now: datetime) -> Campaign:
    """Create the campaign in one language, approved by the editor who set up the digest.

    Without a translation of the digest it keeps the original title and opening, but news and unsubscribe links are
    in the reader's language.
    """
    campaign = Campaign(
        translation_key=key,
        locale=locale,
        title=digest.title,
        lead=digest.lead,
        personal=True,
        digest=digest,
        live=True,
        first_published_at=now,
        last_published_at=now,
    )
    raw = [{"type": kind, "value": page.pk, "id": str(uuid.uuid4())} for kind, page, _entry in chosen]
    campaign.body = campaign._meta.get_field("body").stream_block.to_python(raw)
    campaign.save()
    return campaign
