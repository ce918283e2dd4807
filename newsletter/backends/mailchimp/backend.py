"""Mailings at Mailchimp: for each edition a segment, a campaign, its content, and the command to send.

Each step is stored before the next. After a crash, created objects are found again by their name.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from itertools import batched
from uuid import UUID

from django.utils import timezone

from eservices.accounts.email_addresses import stored_form
from eservices.deliveries.actions import queue_delivery
from home.context_processors import commune_settings

from ...actions import mailings, recipients
from ...letters.rendering import LetterLinks, RenderedLetter
from ...mail_backend import BackendUnavailable, ClaimLost, MailBackend
from ...models import Edition, Mailing, NewsletterSettings, Subscriber
from ...states import RecipientState
from . import members
from .api import BATCH_SIZE, Campaigns, MailchimpRefused

LOOK_AGAIN = timedelta(minutes=1)
REPORTED = timedelta(days=30)
ENDED = "sent"


class MailchimpBackend(MailBackend):
    """Sending through the commune's Mailchimp account, without tracking of openings and clicks."""

    def letter_links(self, language: str, mailing: Mailing | None = None) -> LetterLinks:
        """Return links with Mailchimp's merge tags for the pages of each member."""
        ours = LetterLinks.of_ours(language, mailing.number if mailing else None)
        return LetterLinks(preferences="*|UPDATE_PROFILE|*", unsubscribe="*|UNSUB|*", archive=ours.archive)

    def send_test(self, letter: RenderedLetter, language: str, to: str, about: str) -> None:
        """Put the test into the outbox, because Mailchimp may be unavailable."""
        test = {"subject": letter.subject, "html": letter.html, "text": letter.text}
        queue_delivery(
            carrier="mailchimp", recipient=to, title=letter.subject, payload={"test": test}, subject=about
        )

    def continue_sending(self, mailing: Mailing) -> datetime | None:
        theirs = Campaigns()
        try:
            editions = list(mailing.editions.order_by("pk"))
            ended = [self._go_on(theirs, mailing, edition) for edition in editions]
        except MailchimpRefused as refused:
            raise BackendUnavailable(str(refused)) from refused  # shown to staff, tried again, finally paused
        return None if all(ended) else timezone.now() + LOOK_AGAIN

    def sync_subscriber(self, subscriber: Subscriber) -> None:
        members.queue_member_update(subscriber)

    def sync_erasure(self, email: str) -> None:
        members.queue_member_deletion(email)

    def topic_tags(self) -> dict[UUID, str]:
        return members.tags_by_topic()

    def sync_topic_name(self, old: str, new: str) -> None:
        members.queue_tag_rename(old, new)

    def _go_on(self, theirs: Campaigns, mailing: Mailing, edition: Edition) -> bool:
        """Run the next steps of one edition. Return whether it was sent."""
        if edition.external.get("status") == ENDED:
            return True
        self._hold(mailing)
        name = f"{mailing.number} {edition.language} {edition.pk}"
        segment = self._kept(edition, "segment", lambda: theirs.segment(name))
        self._fill(theirs, mailing, edition, segment)
        campaign = self._kept(
            edition, "campaign", lambda: theirs.create(name, segment, campaign_settings(edition.subject))
        )
        self._kept(edition, "content", lambda: theirs.content(campaign, edition.html, edition.text) or True)
        status = theirs.status(campaign)
        if status == "save":
            theirs.send(campaign)
            status = theirs.status(campaign)
        if status == ENDED:
            mailings.mark_edition_sent(mailing, edition)
            mailings.save_external_report(mailing, campaign, theirs.report(campaign))
        mailings.save_external_state(edition, status=status)
        return status == ENDED

    def _kept(self, edition: Edition, step: str, do):
        """Return the stored result of a step, after running it if needed."""
        if step not in edition.external:
            mailings.save_external_state(edition, **{step: do()})
        return edition.external[step]

    def _fill(self, theirs: Campaigns, mailing: Mailing, edition: Edition, segment: int) -> None:
        """Add the recipients to the segment; mark those refused who are no members at Mailchimp."""
        if edition.external.get("filled"):
            return
        rows = edition.recipients.filter(state=RecipientState.PENDING).select_related("subscriber")
        for some in batched(rows.iterator(chunk_size=BATCH_SIZE), BATCH_SIZE):
            by_email = {row.subscriber.email: row for row in some if row.subscriber}
            for email in theirs.fill(segment, list(by_email)):
                if row := by_email.get(stored_form(email)):
                    recipients.mark_refused(row, "Mailchimp does not have this member.", gone=False)
            self._hold(mailing)
        mailings.save_external_state(edition, filled=True)

    def _hold(self, mailing: Mailing) -> None:
        if not mailings.extend_claim(mailing, timezone.now()):
            raise ClaimLost


def read_reports(now: datetime) -> None:
    """Update the counts of mailings of the last ``REPORTED``.

    Bounces and unsubscriptions happen long after sending.
    """
    theirs = Campaigns()
    for mailing in Mailing.objects.filter(backend="mailchimp", ended_at__gt=now - REPORTED):
        for campaign in list(mailing.report):
            with suppress(MailchimpRefused):  # deleted at Mailchimp: the stored counts stay
                mailings.save_external_report(mailing, campaign, theirs.report(campaign))


def send_test_campaign(test: dict, to: str, key: str) -> None:
    """Send a test through Mailchimp, by a temporary campaign."""
    theirs = Campaigns()
    campaign = theirs.create(f"Test {key}", None, campaign_settings(test["subject"]))
    theirs.content(campaign, test["html"], test["text"])
    theirs.test(campaign, to)
    theirs.delete(campaign)


def campaign_settings(subject: str) -> dict:
    """Return subject and sender in the format of Mailchimp."""
    ours, chosen = commune_settings(None)["commune"], NewsletterSettings.load()
    return {
        "subject_line": subject[:150],
        "from_name": (chosen.name or str(ours))[:100],
        "reply_to": chosen.reply_to or ours.email,
    }
