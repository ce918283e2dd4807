"""Signal handlers for submissions, files, accounts, due processes, letters and erasure."""

from functools import partial

from django.db import transaction
from django.dispatch import receiver

from eservices.accounts.models import User
from eservices.accounts.signals import identity_proven, rights_widened
from eservices.deliveries.signals import letter_delivered, letter_posted
from eservices.submissions.signals import file_infected, submission_sent

from . import emails
from .actions import (
    open_case,
    record_identity_proof,
    record_letter_delivered,
    record_letter_posted,
    record_virus,
)
from .actions.decision_notification.consent import consent_text, consented_in_form, give_consent
from .actors import Applicant
from .appealable_decisions import actions as formal
from .letter_templates.validation import check_placeholders
from .models import Case
from .signals import case_erased, letter_template_cleaned, process_due
from .tasks import advance_case


@receiver(submission_sent, dispatch_uid="cases.open_case")
def open_case_for_submission(sender, submission, team=None, **kwargs) -> None:
    """Open the case in the transaction that sends the submission: if this fails, nothing is sent."""
    actor = submission.agent or Applicant(user=submission.user)
    case = open_case(actor=actor, submission=submission, team=team)
    if case.submission.email and consented_in_form(submission):
        give_consent(actor=actor, case=case, shown=consent_text(submission))


@receiver(file_infected, dispatch_uid="cases.note_virus")
def record_virus_of_file(sender, stored, **kwargs) -> None:
    """Record the virus on the cases with the file, in the same transaction."""
    for case in Case.objects.with_file(stored):
        record_virus(case=case, file=stored)


@receiver(identity_proven, dispatch_uid="cases.note_proof")
def record_proof_of_account(sender, proof, **kwargs) -> None:
    """Record on the account's open cases that its identity is proven."""
    for case in Case.objects.open().filter(submission__user=proof.user).order_by("pk"):
        record_identity_proof(case=case, proof=proof)


@receiver(rights_widened, dispatch_uid="cases.report_added_rights")
def notify_of_widened_rights(sender, of, actor, gained, **kwargs) -> None:
    """Tell the people responsible for an account or group that it has more rights, in the same transaction."""
    tell = emails.account_widened if isinstance(of, User) else emails.group_widened
    tell(actor, of, gained)


@receiver(process_due, dispatch_uid="cases.wake_worker")
def wake_worker(sender, case, **kwargs) -> None:
    """Wake a worker after the commit. If the wake-up is lost, a job finds the row that says what is due."""
    transaction.on_commit(partial(advance_case.enqueue, str(case.pk)), robust=True)


@receiver(letter_template_cleaned, dispatch_uid="cases.check_placeholders")
def check_letter_template(sender, letter, **kwargs) -> None:
    """Refuse a letter template with a placeholder that the cases to which it may go cannot fill in."""
    check_placeholders(letter)


@receiver(letter_posted, dispatch_uid="cases.letter_posted")
def log_letter_posted(sender, delivery, actor, **kwargs) -> None:
    """Record on the case that its paper letter was posted."""
    for case in Case.objects.of_subject(delivery.subject):
        record_letter_posted(actor=actor, case=case, letter=delivery)


@receiver(letter_delivered, dispatch_uid="cases.letter_delivered")
def log_letter_delivered(sender, delivery, actor, on, **kwargs) -> None:
    """Record the day of delivery on the letter's case and on its appealable decision."""
    for case in Case.objects.of_subject(delivery.subject):
        record_letter_delivered(actor=actor, case=case, letter=delivery, on=on)
    formal.record_delivery(actor=actor, letter=delivery, on=on)


@receiver(case_erased, dispatch_uid="cases.forget_decisions")
def erase_decisions(sender, case, actor, **kwargs) -> None:
    """Erase the text of the decisions on an erased case."""
    formal.erase_decisions(actor=actor, case=case)
