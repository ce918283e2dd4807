"""Wake-ups. What must happen stands in the rows of payments, refunds and charges, as ``due_at``."""

from django.tasks import task


@task()
def check(payment_id: str) -> None:
    """Asks a provider how a payment stands."""
    from . import carrying  # what is carried out enqueues these tasks

    carrying.check(payment_id)


@task()
def refund(refund_id: str) -> None:
    """Lets a provider pay back."""
    from . import carrying

    carrying.carry_refund(refund_id)


@task()
def payouts() -> None:
    """Books what providers transferred to the bank."""
    from . import carrying

    carrying.fetch_payouts()
