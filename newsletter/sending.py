"""Processing of a mailing by workers: repeatable at any time, some seconds each."""

import logging
from datetime import datetime
from itertools import batched

from django.utils import timezone

from home.web.error_messages import describe_fault

from .actions import mailings
from .audience import audience_of
from .letters.campaign_parts import campaign_parts, part_indexes_for
from .letters.rendering import render_letter
from .mail_backend import BackendUnavailable, ClaimLost, backend_for
from .models import Campaign, Edition, Mailing, Recipient, Subscriber

logger = logging.getLogger(__name__)

BATCH_SIZE = 1000


def run_mailing(mailing_id: int) -> None:
    """Continue a mailing: create a row for each recipient, then let the backend send."""
    mailing = mailings.claim_mailing(mailing_id, timezone.now())
    if mailing is None:
        return
    try:
        if mailing.prepared_at is None:
            prepare_recipients(mailing)
        due = backend_for(mailing).continue_sending(mailing)
    except ClaimLost:
        return
    except BackendUnavailable as fault:
        mailings.retry_mailing_later(mailing, str(fault))
    except Exception as fault:
        logger.exception("Mailing %s could not go on", mailing_id)
        mailings.retry_mailing_later(mailing, describe_fault(fault))
    else:
        _go_on(mailing, due)


def _go_on(mailing: Mailing, due: datetime | None) -> None:
    if due is None:
        mailings.finish_mailing(mailing)
    else:
        mailings.release_claim(mailing, due)


def prepare_recipients(mailing: Mailing) -> None:
    """Create the rows of all recipients with their edition. After a crash, continue after the last row."""
    editions = EditionFactory(mailing)
    last = mailing.recipients.order_by("-subscriber_id").values_list("subscriber_id", flat=True).first()
    readers = audience_of(mailing.campaign).filter(pk__gt=last or 0).order_by("pk")
    readers = readers.prefetch_related("subscriptions")
    for some in batched(readers.iterator(chunk_size=BATCH_SIZE), BATCH_SIZE):
        rows = [editions.row(reader) for reader in some]
        Recipient.objects.bulk_create([row for row in rows if row], ignore_conflicts=True)
        if not mailings.extend_claim(mailing, timezone.now()):
            raise ClaimLost
    mailings.mark_prepared(mailing)


class EditionFactory:
    """The editions of a mailing, each rendered once, for its first recipient."""

    def __init__(self, mailing: Mailing):
        self.mailing = mailing
        translations = Campaign.objects.of(mailing.campaign.translation_key).filter(live=True)
        self.campaigns = {one.locale.language_code: one for one in translations}
        self.source = mailing.campaign
        self.parts = {code: campaign_parts(one, code) for code, one in self.campaigns.items()}
        self.known: dict[tuple, Edition] = {}

    def row(self, reader: Subscriber) -> Recipient | None:
        """Return the recipient's row; None if the mailing has no part for this subscriber."""
        language = self.language_for(reader.language)
        shown = self._shown(language, reader)
        if not shown:
            return None
        edition = self.edition(language, shown)
        return Recipient(mailing=self.mailing, subscriber=reader, edition=edition, due_at=timezone.now())

    def language_for(self, language: str) -> str:
        """Return the subscriber's language if the campaign has it, else its original language."""
        return language if language in self.campaigns else self.source.locale.language_code

    def edition(self, language: str, shown: tuple[int, ...]) -> Edition:
        if (language, shown) not in self.known:
            self.known[language, shown] = self._written(language, shown)
        return self.known[language, shown]

    def _shown(self, language: str, reader: Subscriber) -> tuple[int, ...]:
        everything = self.parts[language]
        if not self.source.personal:
            return tuple(part.place for part in everything)
        return part_indexes_for(everything, {one.topic_key for one in reader.subscriptions.all()})

    def _written(self, language: str, shown: tuple[int, ...]) -> Edition:
        ways = backend_for(self.mailing).letter_links(language, self.mailing)
        made = render_letter(
            self.campaigns[language],
            language,
            ways,
            shown=shown,
            number=self.mailing.number,
            day=self.mailing.day,
        )
        content = {"subject": made.subject, "html": made.html, "text": made.text}
        edition, _new = Edition.objects.get_or_create(
            mailing=self.mailing,
            language=language,
            shown=",".join(map(str, shown)),
            defaults=content,
        )
        return edition
