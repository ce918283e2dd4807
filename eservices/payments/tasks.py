"""Background tasks of payments.

If a task is lost, a job enqueues it again, because ``due_at`` of the rows is due.
"""

from django.tasks import task

from . import provider_calls


@task()
def poll_payment(payment_id: str) -> None:
    """Poll a payment at its provider."""
    provider_calls.poll_payment(payment_id)


@task()
def run_refund(refund_id: str) -> None:
    """Request a refund at its provider."""
    provider_calls.run_refund(refund_id)


@task()
def fetch_payouts() -> None:
    """Book the payouts of providers."""
    provider_calls.fetch_payouts()
