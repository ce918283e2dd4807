"""What cases hear from below: a submission was sent, a file carries a virus, an account is known."""

from django.dispatch import receiver

from eservices.accounts.models import User
from eservices.accounts.signals import identity_proven, rights_widened
from eservices.deliveries.signals import letter_delivered, letter_posted
from eservices.submissions.signals import file_infected, submission_sent

from . import emails
from .actions import note_letter_delivered, note_letter_posted, note_proof, note_virus, open_case
from .actors import Applicant
from .formal import actions as formal
from .formal.consent import give_consent, said_yes_to_email
from .models import Case
from .signals import case_erased


@receiver(submission_sent, dispatch_uid="cases.open_case")
def open_case_of(sender, submission, team=None, **kwargs) -> None:
    """Opens the case inside the transaction of sending: if it cannot, nothing was sent."""
    actor = submission.agent or Applicant(user=submission.user)
    case = open_case(actor=actor, submission=submission, team=team)
    if case.submission.email and said_yes_to_email(submission):
        give_consent(actor=actor, case=case)


@receiver(file_infected, dispatch_uid="cases.note_virus")
def note_virus_of(sender, stored, **kwargs) -> None:
    """Everybody concerned hears of it in the transaction that notes it."""
    for case in Case.objects.with_file(stored):
        note_virus(case=case, file=stored)


@receiver(identity_proven, dispatch_uid="cases.note_proof")
def note_proof_of(sender, proof, **kwargs) -> None:
    """What the account has under way is known to be the applicant's own."""
    for case in Case.objects.open().filter(submission__user=proof.user).order_by("pk"):
        note_proof(case=case, proof=proof)


@receiver(rights_widened, dispatch_uid="cases.tell_widening")
def tell_widening_of(sender, of, actor, gained, **kwargs) -> None:
    """The people who answer for an account or a group hear, in the same transaction, that it may do more."""
    tell = emails.account_widened if isinstance(of, User) else emails.group_widened
    tell(actor, of, gained)


@receiver(letter_posted, dispatch_uid="cases.letter_posted")
def trace_posting(sender, delivery, actor, **kwargs) -> None:
    """That a letter on paper went out stands on the case that it is about."""
    for case in Case.objects.of_subject(delivery.subject):
        note_letter_posted(actor=actor, case=case, letter=delivery)


@receiver(letter_delivered, dispatch_uid="cases.letter_delivered")
def trace_delivery(sender, delivery, actor, on, **kwargs) -> None:
    """And so does the day on which it arrived."""
    for case in Case.objects.of_subject(delivery.subject):
        note_letter_delivered(actor=actor, case=case, letter=delivery, on=on)
    formal.note_delivered(actor=actor, letter=delivery, on=on)


@receiver(case_erased, dispatch_uid="cases.forget_decisions")
def forget_decisions(sender, case, actor, **kwargs) -> None:
    """What was decided about a person goes with the rest."""
    formal.forget(actor=actor, case=case)
