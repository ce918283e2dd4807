"""What cases hear from below: a submission was sent."""

from django.dispatch import receiver

from eservices.submissions.signals import submission_sent

from .actions import open_case
from .actors import Applicant


@receiver(submission_sent, dispatch_uid="cases.open_case")
def open_case_of(sender, submission, **kwargs) -> None:
    """Opens the case inside the transaction of sending: if it cannot, nothing was sent."""
    open_case(actor=submission.agent or Applicant(user=submission.user), submission=submission)
