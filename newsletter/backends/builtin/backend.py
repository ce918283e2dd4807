"""Sends some seconds' worth of a mailing, a row at a time. What a killed worker had in flight is sent again."""

import re
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused

from django.core.mail import mailers
from django.core.mail.backends import smtp
from django.db.models import Min
from django.utils import timezone

from eservices.accounts.email_addresses import stored_form
from eservices.deliveries.actions import queue_delivery
from home.text.cleaning import strip_control_characters

from ...actions import mailings, recipients
from ...letters.rendering import LetterLinks, RenderedLetter
from ...mail_backend import BackendUnavailable, ClaimLost
from ...models import Mailing, NewsletterSettings, Recipient
from ...retry_schedule import TEMPORARY_REFUSAL_PAUSE, TRIES
from ...states import RecipientState, SubscriberState
from .copies import InvalidAddress, PreparedEdition

TURN = 10  # seconds; then others have their turn at the worker
CLAIM_RENEWAL_SECONDS = 5  # seconds after which the claim is renewed, and a pause is noticed
BATCH_SIZE = 500
REFUSALS = 20  # in a row: then it is not the readers
NOT_THERE = re.compile(r"\b5\.1\.[0-36]\b")  # RFC 3463: this address, and not what we sent to it


class BuiltinBackend:
    """Through the mailer of the house."""

    def ways(self, language: str, mailing: Mailing | None = None) -> LetterLinks:
        if mailing is None:
            return LetterLinks.of_a_test(language)
        return LetterLinks.of_ours(language, mailing.number, mailing.counts_openings)

    def send_test(self, letter: RenderedLetter, language: str, to: str, about: str) -> None:
        payload = {
            "subject": letter.subject,
            "text": letter.text,
            "html": letter.html,
            "language": language,
            "reply_to": NewsletterSettings.load().reply_to,
        }
        queue_delivery(
            carrier="email", recipient=stored_form(to), title=letter.subject, payload=payload, subject=about
        )

    def carry(self, mailing: Mailing) -> datetime | None:
        allowed = mailings.take_send_allowance(mailing, timezone.now())
        SendingTurn(mailing, allowed).run()
        waiting = mailing.recipients.filter(state=RecipientState.PENDING).aggregate(first=Min("due_at"))
        if waiting["first"] is None:
            return None
        return max(waiting["first"], timezone.now() + timedelta(seconds=0 if allowed is None else 1))


@dataclass(frozen=True)
class SmtpRefusal:
    """What the mail server says to one reader's letter."""

    recipient: Recipient
    code: int
    reason: str

    @property
    def is_last(self) -> bool:
        return self.recipient.attempts + 1 >= TRIES

    def believe(self) -> None:
        if self.code < 500 and not self.is_last:
            self.doubt()
        else:
            recipients.mark_refused(self.recipient, self.reason, gone=bool(NOT_THERE.search(self.reason)))

    def give_up(self) -> None:
        """The letter ends here; of the reader it says no more than that it did not arrive."""
        recipients.mark_refused(self.recipient, self.reason, gone=False)

    def doubt(self, tries: int = 1) -> None:
        """The reader's turn comes again, after that of others."""
        recipients.postpone(self.recipient, timezone.now() + TEMPORARY_REFUSAL_PAUSE, self.reason, tries)


class SendingTurn:
    """What is sent before others have theirs, over one connection."""

    def __init__(self, mailing: Mailing, allowed: int | None):
        self.mailing, self.allowed = mailing, allowed
        self.printed: dict[int, PreparedEdition] = {}
        self.doubted: list[SmtpRefusal] = []  # since a letter was taken: it may not be the readers
        self.ends = time.monotonic() + TURN
        self.held = time.monotonic()

    def run(self) -> None:
        try:
            with mailers.default as server, recipients.without_synchronous_commit():
                for recipient in self.due():
                    self.hold()
                    self.send(server, recipient)
                self.doubt()
        except (SMTPException, OSError) as fault:
            raise BackendUnavailable(f"{type(fault).__name__}: {fault}") from fault

    def due(self):
        """Recipients to send to, until the turn is over or the pace is used up."""
        sent = 0
        while rows := list(self._some(sent)):
            for row in rows:
                if time.monotonic() > self.ends:
                    return
                yield row
            self.doubt()
            sent += len(rows)

    def _some(self, sent: int):
        most = BATCH_SIZE if self.allowed is None else min(BATCH_SIZE, self.allowed - sent)
        found = self.mailing.recipients.due(timezone.now()).select_related("subscriber")
        return found.order_by("due_at", "pk")[:most] if most > 0 else ()

    def send(self, server, recipient: Recipient) -> None:
        if recipient.subscriber is None or recipient.subscriber.state != SubscriberState.CONFIRMED:
            recipients.mark_skipped(recipient)
            return
        printed = self._printed(recipient)
        try:
            send_raw_message(server, printed, recipient)
        except SMTPRecipientsRefused as refused:
            [(code, answer)] = refused.recipients.values()
            self._refused(recipient, code, answer)
        except SMTPDataError as refused:
            self._refused(recipient, refused.smtp_code, refused.smtp_error)
        except InvalidAddress as fault:  # any other is a fault of ours: it must cost no reader
            recipients.mark_refused(recipient, str(fault), gone=True)
        else:
            recipients.mark_sent(recipient)
            self.believe()

    def hold(self) -> None:
        """Before each letter: is the mailing still ours?"""
        now = time.monotonic()
        if now - self.held > CLAIM_RENEWAL_SECONDS:
            self.held = now
            if not mailings.extend_claim(self.mailing, timezone.now()):
                raise ClaimLost

    def _refused(self, recipient: Recipient, code: int, answer: bytes) -> None:
        said = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
        reason = strip_control_characters(f"{code} {said}")
        refusal = SmtpRefusal(recipient, code, reason)
        if self._took_others_since(recipient):
            refusal.believe()
            return
        if refusal.is_last:
            refusal.give_up()
            return
        self.doubted.append(refusal)
        if len(self.doubted) >= REFUSALS:
            self.doubt(tries=0)  # it was not the readers
            raise BackendUnavailable(f"The mail server refused {REFUSALS} letters in a row: {reason}")

    def _took_others_since(self, recipient: Recipient) -> bool:
        """Whether this reader was refused before, and letters of others were taken in the meantime."""
        taken = self.mailing.recipients.filter(
            state=RecipientState.SENT, at__gt=recipient.due_at - TEMPORARY_REFUSAL_PAUSE
        )
        return bool(recipient.reason) and taken.exists()

    def believe(self) -> None:
        """A server that takes the letter of another afterwards refused these for what is wrong with their readers."""
        for refusal in self.doubted:
            refusal.believe()
        self.doubted.clear()

    def doubt(self, tries: int = 1) -> None:
        """Nothing was taken since: it may have begun to refuse everybody."""
        for refusal in self.doubted:
            refusal.doubt(tries)
        self.doubted.clear()

    def _printed(self, recipient: Recipient) -> PreparedEdition:
        if recipient.edition_id not in self.printed:
            self.printed[recipient.edition_id] = PreparedEdition(recipient.edition)
        return self.printed[recipient.edition_id]


def send_raw_message(server, printed: PreparedEdition, recipient: Recipient) -> None:
    """To a mail server the bytes go as they are: Django would read both addresses of every letter anew."""
    to = recipient.subscriber.email
    if isinstance(server, smtp.EmailBackend) and to.isascii():
        server.connection.sendmail(printed.returns_to(recipient), [to], printed.raw(recipient))
    else:
        server.send_messages([printed.copy(recipient)])
