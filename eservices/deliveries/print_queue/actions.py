"""Actions on paper letters: set the address, print a batch, post it, save the proof of delivery."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.models import User
from home.exceptions import ActionRefused

from .. import rendering
from ..attempts import record_delivery_event
from ..models import Delivery, DeliveryEvent, DeliveryQuerySet, PaperLetter, PrintBatch
from ..signals import delivery_ended, letter_delivered, letter_posted

MAX_BATCH_SIZE = 200  # letters in a batch
State, Kind = Delivery.State, DeliveryEvent.Kind


class PaperLetterActionRefused(ActionRefused):
    """The action is not possible in the letters' current state. The message is for the user."""


@transaction.atomic
def set_letter_address(*, actor: User, letter: Delivery, lines: list[str], registered: bool) -> Delivery:
    """Set the address of a letter that is not printed yet, and whether it is sent as registered mail."""
    letter = _locked(letter, State.TO_PRINT)
    kept = [line for line in map(rendering.single_line, lines) if line]
    if len(kept) < 2:
        raise PaperLetterActionRefused(_("An address has at least a name and a place."))
    letter.payload["address"] = kept
    letter.recipient = ", ".join(kept)[:320]
    letter.save(update_fields=["payload", "recipient"])
    letter.posting.registered = registered
    letter.posting.save(update_fields=["registered"])
    record_delivery_event(letter, Kind.ADDRESSED, actor=actor)
    return letter


@transaction.atomic
def take_print_batch(*, actor: User, wanted: DeliveryQuerySet) -> PrintBatch:
    """Take the letters of ``wanted`` that are not printed and have an address, as one batch.

    Rows are locked: of two simultaneous calls, each gets letters that the other does not.
    """
    taken = list(wanted.to_print().exclude(recipient="").select_for_update(of=("self",))[:MAX_BATCH_SIZE])
    if not taken:
        raise PaperLetterActionRefused(
            _("There are no letters to print. They are already in a batch, or an address is missing.")
        )
    batch = PrintBatch.objects.create(actor=actor)
    keys = [letter.pk for letter in taken]
    Delivery.objects.filter(pk__in=keys).update(state=State.PRINTED)
    PaperLetter.objects.filter(pk__in=keys).update(batch=batch)
    for letter in taken:
        record_delivery_event(letter, Kind.PRINTED, actor=actor)
    return batch


@transaction.atomic
def return_to_queue(*, actor: User, wanted: DeliveryQuerySet) -> int:
    """Put printed letters that are not posted back into the queue. Return how many."""
    taken = _printed(wanted)
    keys = [letter.pk for letter in taken]
    Delivery.objects.filter(pk__in=keys).update(state=State.TO_PRINT)
    PaperLetter.objects.filter(pk__in=keys).update(batch=None)
    for letter in taken:
        record_delivery_event(letter, Kind.PUT_BACK, actor=actor)
    return len(taken)


@transaction.atomic
def mark_posted(*, actor: User, wanted: DeliveryQuerySet, numbers: dict[str, str]) -> int:
    """Mark printed letters as posted. Return how many.

    ``numbers``: of the registered ones, by the letter's id. Sends ``letter_posted`` in the same transaction. The
    content of confidential letters is deleted.
    """
    taken, now = _printed(wanted), timezone.now()
    for letter in taken:
        letter.state, letter.done_at = State.DONE, now
        letter.payload = {} if letter.confidential else letter.payload
        letter.save(update_fields=["state", "done_at", "payload"])
        letter.posting.number = rendering.single_line(numbers.get(str(letter.pk), ""))[:40]
        letter.posting.save(update_fields=["number"])
        record_delivery_event(letter, Kind.SENT, actor=actor, text=letter.posting.number)
        letter_posted.send(sender=Delivery, delivery=letter, actor=actor)
        delivery_ended.send(sender=Delivery, delivery=letter)
    return len(taken)


@transaction.atomic
def save_delivery_proof(*, actor: User, letter: Delivery, number: str, delivered_on: date | None) -> Delivery:
    """Save the number of a registered letter and its day of delivery. It must be posted."""
    letter = _locked(letter, State.DONE)
    posted_on = timezone.localdate(letter.done_at)
    if delivered_on and not posted_on <= delivered_on <= timezone.localdate():
        raise PaperLetterActionRefused(_("A letter is delivered between the day it was posted and today."))
    posting, number = letter.posting, rendering.single_line(number)[:40]
    news = delivered_on if delivered_on != posting.delivered_on else None
    posting.number, posting.delivered_on = number, delivered_on
    posting.save(update_fields=["number", "delivered_on"])
    if news:
        record_delivery_event(letter, Kind.ARRIVED, actor=actor, text=news.isoformat())
        letter_delivered.send(sender=Delivery, delivery=letter, actor=actor, on=delivered_on)
    return letter


def _printed(wanted: DeliveryQuerySet) -> list[Delivery]:
    found = wanted.printed().select_related("posting").select_for_update(of=("self",))
    if not (taken := list(found)):
        raise PaperLetterActionRefused(
            _(
                "There are no letters left to post. Another agent posted them, or they are to be printed "
                "again."
            )
        )
    return taken


def _locked(letter: Delivery, state: str) -> Delivery:
    found = Delivery.objects.select_for_update(of=("self",)).select_related("posting").get(pk=letter.pk)
    if found.state != state:
        raise PaperLetterActionRefused(
            _("This is not possible any more: the letter is now “%(state)s”.")
            % {"state": found.get_state_display()}
        )
    return found
