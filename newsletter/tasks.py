"""The wake-ups of the newsletter. What must happen stands in rows. Letters of cases go first."""

from django.tasks import task
from django.utils import timezone

LAST = -50


@task(priority=LAST)
def carry(mailing_id: int) -> None:
    """Goes on with a mailing, for some seconds."""
    from . import carrying  # what is carried enqueues this task

    carrying.carry(mailing_id)


@task(priority=LAST)
def read_bounces() -> None:
    """Reads what came back."""
    from .bounces import receiving

    receiving.read_mailbox()


@task(priority=LAST)
def reconcile() -> None:
    """Reads what became of letters, and compares subscribers with Mailchimp's members."""
    from .backends.mailchimp import backend, members

    backend.read_reports(timezone.now())
    members.reconcile()
