"""Sending for some seconds at a time, one row after the other.

An e-mail that was being sent when a worker was killed is sent again.
"""

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
from ...mail_backend import BackendUnavailable, ClaimLost, MailBackend
from ...models import Mailing, NewsletterSettings, Recipient
from ...retry_schedule import TEMPORARY_REFUSAL_PAUSE, TRIES
from ...states import RecipientState, SubscriberState
from .copies import InvalidAddress, PreparedEdition

TURN = 10  # seconds, then other tasks get the worker
CLAIM_RENEWAL_SECONDS = 5  # seconds until the claim is renewed and a pause takes effect
BATCH_SIZE = 500
REFUSALS = 20  # in a row: then the mail server is the cause, not the recipients
NOT_THERE = re.compile(r"\b5\.1\.[0-36]\b")  # RFC 3463: the address is wrong, not the e-mail


class BuiltinBackend(MailBackend):
    """Sending through the mail server of Django's default mailer."""

    def letter_links(self, language: str, mailing: Mailing | None = None) -> LetterLinks:
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

    def continue_sending(self, mailing: Mailing) -> datetime | None:
        allowed = mailings.take_send_allowance(mailing, timezone.now())
        SendingTurn(mailing, allowed).run()
        waiting = mailing.recipients.filter(state=RecipientState.PENDING).aggregate(first=Min("due_at"))
        if waiting["first"] is None:
            return None
        return max(waiting["first"], timezone.now() + timedelta(seconds=0 if allowed is None else 1))


@dataclass(frozen=True)
class SmtpRefusal:
    """The mail server's refusal of one recipient's e-mail."""

    recipient: Recipient
    code: int
    reason: str

    @property
    def is_last(self) -> bool:
        return self.recipient.attempts + 1 >= TRIES

    def treat_as_permanent(self) -> None:
        if self.code < 500 and not self.is_last:
            self.treat_as_temporary()
        else:
            recipients.mark_refused(self.recipient, self.reason, gone=bool(NOT_THERE.search(self.reason)))

    def give_up(self) -> None:
        """Record the refusal as final, without concluding that the address is gone."""
        recipients.mark_refused(self.recipient, self.reason, gone=False)

    def treat_as_temporary(self, tries: int = 1) -> None:
        """Postpone the recipient until after others."""
        recipients.postpone(self.recipient, timezone.now() + TEMPORARY_REFUSAL_PAUSE, self.reason, tries)


class SendingTurn:
    """A turn of a mailing over one connection, after which other tasks get the worker."""

    def __init__(self, mailing: Mailing, allowed: int | None):
        self.mailing, self.allowed = mailing, allowed
        self.printed: dict[int, PreparedEdition] = {}
        self.doubted: list[SmtpRefusal] = []  # since an e-mail was accepted: perhaps the server's fault
        self.ends = time.monotonic() + TURN
        self.held = time.monotonic()

    def run(self) -> None:
        try:
            with mailers.default as server:
                for recipient in self.due():
                    self.hold()
                    self.send(server, recipient)
                self.postpone_doubted_refusals()
        except (SMTPException, OSError) as fault:
            raise BackendUnavailable(f"{type(fault).__name__}: {fault}") from fault

    def due(self):
        """Yield recipients until the turn is over or the rate is used up."""
        sent = 0
        while rows := list(self._some(sent)):
            for row in rows:
                if time.monotonic() > self.ends:
                    return
                yield row
            self.postpone_doubted_refusals()
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
        except InvalidAddress as fault:  # any other exception is a bug, which must affect no recipient
            recipients.mark_refused(recipient, str(fault), gone=True)
        else:
            recipients.mark_sent(recipient)
            self.confirm_doubted_refusals()

    def hold(self) -> None:
        """Renew the claim if it is old. Raise ``ClaimLost`` if this worker lost it."""
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
            refusal.treat_as_permanent()
            return
        if refusal.is_last:
            refusal.give_up()
            return
        self.doubted.append(refusal)
        if len(self.doubted) >= REFUSALS:
            self.postpone_doubted_refusals(tries=0)  # the recipients were not the cause
            raise BackendUnavailable(f"The mail server refused {REFUSALS} letters in a row: {reason}")

    def _took_others_since(self, recipient: Recipient) -> bool:
        """Return whether this recipient was refused before and e-mails to others were accepted since."""
        taken = self.mailing.recipients.filter(
            state=RecipientState.SENT, at__gt=recipient.due_at - TEMPORARY_REFUSAL_PAUSE
        )
        return bool(recipient.reason) and taken.exists()

    def confirm_doubted_refusals(self) -> None:
        """Accept the doubted refusals.

        A server that accepts another e-mail afterwards refused these because of their recipients.
        """
        for refusal in self.doubted:
            refusal.treat_as_permanent()
        self.doubted.clear()

    def postpone_doubted_refusals(self, tries: int = 1) -> None:
        """Postpone the refused recipients: nothing was accepted since, so the server may refuse everybody."""
        for refusal in self.doubted:
            refusal.treat_as_temporary(tries)
        self.doubted.clear()

    def _printed(self, recipient: Recipient) -> PreparedEdition:
        if recipient.edition_id not in self.printed:
            self.printed[recipient.edition_id] = PreparedEdition(recipient.edition)
        return self.printed[recipient.edition_id]


def send_raw_message(server, printed: PreparedEdition, recipient: Recipient) -> None:
    """Send the prepared bytes to a mail server, because Django would parse both addresses of every e-mail again.

    Other mailers get a message object.
    """
    to = recipient.subscriber.email
    if isinstance(server, smtp.EmailBackend) and to.isascii():
        server.connection.sendmail(printed.returns_to(recipient), [to], printed.raw(recipient))
    else:
        server.send_messages([printed.copy(recipient)])
