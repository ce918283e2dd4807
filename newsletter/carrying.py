"""What a worker does with a mailing: any number of times, from anywhere, some seconds each time."""

import logging
from datetime import datetime
from itertools import batched

from django.utils import timezone

from .actions import mailings
from .backends import Away, Lost, backend_of
from .composing import parts, shown_to
from .matching import audience
from .models import Campaign, Edition, Mailing, Recipient, Subscriber
from .rendering import letter

logger = logging.getLogger(__name__)

AT_ONCE = 1000


def carry(mailing_id: int) -> None:
    """Goes on where it stands: writes a row for each recipient, then lets the backend send."""
    mailing = mailings.claim(mailing_id, timezone.now())
    if mailing is None:
        return
    try:
        if mailing.prepared_at is None:
            prepare(mailing)
        due = backend_of(mailing).carry(mailing)
    except Lost:
        return
    except Away as fault:
        mailings.put_back(mailing, str(fault))
    except Exception as fault:
        logger.exception("Mailing %s could not go on", mailing_id)
        mailings.put_back(mailing, f"{type(fault).__name__}: {fault}")
    else:
        _go_on(mailing, due)


def _go_on(mailing: Mailing, due: datetime | None) -> None:
    if due is None:
        mailings.finish(mailing)
    else:
        mailings.go_on(mailing, due)


def prepare(mailing: Mailing) -> None:
    """Writes who gets which edition. Ended by a crash, it goes on behind the last row it wrote."""
    editions = Editions(mailing)
    last = mailing.recipients.order_by("-subscriber_id").values_list("subscriber_id", flat=True).first()
    readers = audience(mailing.campaign).filter(pk__gt=last or 0).order_by("pk")
    readers = readers.prefetch_related("subscriptions")
    for some in batched(readers.iterator(chunk_size=AT_ONCE), AT_ONCE):
        rows = [editions.row(reader) for reader in some]
        Recipient.objects.bulk_create([row for row in rows if row], ignore_conflicts=True)
        if not mailings.hold(mailing, timezone.now()):
            raise Lost
    mailings.prepared(mailing)


class Editions:
    """The letters of a mailing, each written once, when its first reader is found."""

    def __init__(self, mailing: Mailing):
        self.mailing = mailing
        translations = Campaign.objects.of(mailing.campaign.translation_key).filter(live=True)
        self.campaigns = {one.locale.language_code: one for one in translations}
        self.source = mailing.campaign
        self.parts = {code: parts(one, code) for code, one in self.campaigns.items()}
        self.known: dict[tuple, Edition] = {}

    def row(self, reader: Subscriber) -> Recipient | None:
        """The recipient's row; None where the letter has nothing for this reader."""
        language = self.language_for(reader.language)
        shown = self._shown(language, reader)
        if not shown:
            return None
        edition = self.edition(language, shown)
        return Recipient(mailing=self.mailing, subscriber=reader, edition=edition, due_at=timezone.now())

    def language_for(self, language: str) -> str:
        """The reader's language where the campaign has it, else that in which it was written."""
        return language if language in self.campaigns else self.source.locale.language_code

    def edition(self, language: str, shown: tuple[int, ...]) -> Edition:
        if (language, shown) not in self.known:
            self.known[language, shown] = self._written(language, shown)
        return self.known[language, shown]

    def _shown(self, language: str, reader: Subscriber) -> tuple[int, ...]:
        everything = self.parts[language]
        if not self.source.personal:
            return tuple(part.place for part in everything)
        return shown_to(everything, {one.topic_key for one in reader.subscriptions.all()})

    def _written(self, language: str, shown: tuple[int, ...]) -> Edition:
        ways = backend_of(self.mailing).ways(language, self.mailing)
        made = letter(
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
