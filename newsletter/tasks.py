"""The wake-ups of the newsletter. What must happen stands in rows. Letters of cases go first."""

from django.tasks import task
from django.utils import timezone

LAST = -50


@task(priority=LAST)
def run_mailing(mailing_id: int) -> None:
    """Goes on with a mailing, for some seconds."""
    from . import sending  # what is carried enqueues this task

    sending.run_mailing(mailing_id)


@task(priority=LAST)
def read_bounces() -> None:
    """Reads what came back."""
    from .bounces import handling

    handling.read_mailbox()


@task(priority=LAST)
def reconcile_members() -> None:
    """Reads what became of letters, and compares subscribers with Mailchimp's members."""
    from .backends.mailchimp import backend, members

    backend.read_reports(timezone.now())
    members.reconcile_members()
