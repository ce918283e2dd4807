"""Wake-ups. What must happen stands in the rows of payments, refunds and charges, as ``due_at``."""

from django.tasks import task


@task()
def poll_payment(payment_id: str) -> None:
    """Asks a provider how a payment stands."""
    from . import provider_calls  # what is carried out enqueues these tasks

    provider_calls.poll_payment(payment_id)


@task()
def run_refund(refund_id: str) -> None:
    """Lets a provider pay back."""
    from . import provider_calls

    provider_calls.run_refund(refund_id)


@task()
def fetch_payouts() -> None:
    """Books what providers transferred to the bank."""
    from . import provider_calls

    provider_calls.fetch_payouts()
