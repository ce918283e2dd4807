"""Tasks of the newsletter. Rows hold what is to be done. E-mails of cases have priority."""

from django.tasks import task
from django.utils import timezone

from home.scheduling.task_queues import SLOW

from . import sending
from .backends.mailchimp import backend, members
from .bounces import handling

LAST = -50


@task(priority=LAST, queue_name=SLOW)
def run_mailing(mailing_id: int) -> None:
    """Continue a mailing for some seconds."""
    sending.run_mailing(mailing_id)


@task(priority=LAST, queue_name=SLOW)
def read_bounces() -> None:
    """Read the mailbox of bounces."""
    handling.read_mailbox()


@task(priority=LAST, queue_name=SLOW)
def reconcile_members() -> None:
    """Update the counts of mailings at Mailchimp, then compare subscribers with its members."""
    backend.read_reports(timezone.now())
    members.reconcile_members()
