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
from eservices.deliveries.actions import queue
from home.pasted import readable

from ...actions import mailings, recipients
from ...backoff import LATER, TRIES
from ...models import Mailing, NewsletterSettings, Recipient
from ...rendering import Letter, Ways
from ...states import RecipientState, State
from .. import Away, Lost
from .letters import NoAddress, Printed

TURN = 10  # seconds; then others have their turn at the worker
HELD = 5  # seconds after which the claim is renewed, and a pause is noticed
AT_ONCE = 500
REFUSALS = 20  # in a row: then it is not the readers
NOT_THERE = re.compile(r"\b5\.1\.[0-36]\b")  # RFC 3463: this address, and not what we sent to it


class BuiltIn:
    """Through the mailer of the house."""

    def ways(self, language: str, mailing: Mailing | None = None) -> Ways:
        if mailing is None:
            return Ways.of_a_test(language)
        return Ways.of_ours(language, mailing.number, mailing.counts_openings)

    def send_test(self, letter: Letter, language: str, to: str, about: str) -> None:
        payload = {
            "subject": letter.subject,
            "text": letter.text,
            "html": letter.html,
            "language": language,
            "reply_to": NewsletterSettings.load().reply_to,
        }
        queue(
            carrier="email", recipient=stored_form(to), title=letter.subject, payload=payload, subject=about
        )

    def carry(self, mailing: Mailing) -> datetime | None:
        allowed = mailings.take_pace(mailing, timezone.now())
        Turn(mailing, allowed).run()
        waiting = mailing.recipients.filter(state=RecipientState.PENDING).aggregate(first=Min("due_at"))
        if waiting["first"] is None:
            return None
        return max(waiting["first"], timezone.now() + timedelta(seconds=0 if allowed is None else 1))


@dataclass(frozen=True)
class Refusal:
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
            recipients.refused(self.recipient, self.reason, gone=bool(NOT_THERE.search(self.reason)))

    def give_up(self) -> None:
        """The letter ends here; of the reader it says no more than that it did not arrive."""
        recipients.refused(self.recipient, self.reason, gone=False)

    def doubt(self, tries: int = 1) -> None:
        """The reader's turn comes again, after that of others."""
        recipients.later(self.recipient, timezone.now() + LATER, self.reason, tries)


class Turn:
    """What is sent before others have theirs, over one connection."""

    def __init__(self, mailing: Mailing, allowed: int | None):
        self.mailing, self.allowed = mailing, allowed
        self.printed: dict[int, Printed] = {}
        self.doubted: list[Refusal] = []  # since a letter was taken: it may not be the readers
        self.ends = time.monotonic() + TURN
        self.held = time.monotonic()

    def run(self) -> None:
        try:
            with mailers.default as server, recipients.written_promptly():
                for recipient in self.due():
                    self.hold()
                    self.send(server, recipient)
                self.doubt()
        except (SMTPException, OSError) as fault:
            raise Away(f"{type(fault).__name__}: {fault}") from fault

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
        most = AT_ONCE if self.allowed is None else min(AT_ONCE, self.allowed - sent)
        found = self.mailing.recipients.due(timezone.now()).select_related("subscriber")
        return found.order_by("due_at", "pk")[:most] if most > 0 else ()

    def send(self, server, recipient: Recipient) -> None:
        if recipient.subscriber is None or recipient.subscriber.state != State.CONFIRMED:
            recipients.skipped(recipient)
            return
        printed = self._printed(recipient)
        try:
            hand_over(server, printed, recipient)
        except SMTPRecipientsRefused as refused:
            [(code, answer)] = refused.recipients.values()
            self._refused(recipient, code, answer)
        except SMTPDataError as refused:
            self._refused(recipient, refused.smtp_code, refused.smtp_error)
        except NoAddress as fault:  # any other is a fault of ours: it must cost no reader
            recipients.refused(recipient, str(fault), gone=True)
        else:
            recipients.sent(recipient)
            self.believe()

    def hold(self) -> None:
        """Before each letter: is the mailing still ours?"""
        now = time.monotonic()
        if now - self.held > HELD:
            self.held = now
            if not mailings.hold(self.mailing, timezone.now()):
                raise Lost

    def _refused(self, recipient: Recipient, code: int, answer: bytes) -> None:
        said = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
        reason = readable(f"{code} {said}")
        refusal = Refusal(recipient, code, reason)
        if self._took_others_since(recipient):
            refusal.believe()
            return
        if refusal.is_last:
            refusal.give_up()
            return
        self.doubted.append(refusal)
        if len(self.doubted) >= REFUSALS:
            self.doubt(tries=0)  # it was not the readers
            raise Away(f"The mail server refused {REFUSALS} letters in a row: {reason}")

    def _took_others_since(self, recipient: Recipient) -> bool:
        """Whether this reader was refused before, and letters of others were taken in the meantime."""
        taken = self.mailing.recipients.filter(state=RecipientState.SENT, at__gt=recipient.due_at - LATER)
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

    def _printed(self, recipient: Recipient) -> Printed:
        if recipient.edition_id not in self.printed:
            self.printed[recipient.edition_id] = Printed(recipient.edition)
        return self.printed[recipient.edition_id]


def hand_over(server, printed: Printed, recipient: Recipient) -> None:
    """To a mail server the bytes go as they are: Django would read both addresses of every letter anew."""
    to = recipient.subscriber.email
    if isinstance(server, smtp.EmailBackend) and to.isascii():
        server.connection.sendmail(printed.returns_to(recipient), [to], printed.raw(recipient))
    else:
        server.send_messages([printed.copy(recipient)])
