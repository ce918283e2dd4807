"""Periodic jobs for payments."""

from datetime import datetime, timedelta

from django.core.cache import cache

from home.scheduling.periodic import once_a_minute, periodic_jobs, run_each_isolated, run_isolated

from . import ledger, polling_schedule, tasks
from .actions import charges, payments
from .contrib.qrbill import account_changes
from .models import AccountChange, Charge, Refund

LEASE = timedelta(seconds=20)  # a refund task that was lost is enqueued again after this
PAYOUTS_EVERY = timedelta(hours=6)
BATCH_SIZE = 200


@periodic_jobs.register("payments")
def wake_due_payments(now: datetime) -> None:
    """Enqueue a task for each payment and refund whose provider is due to be polled."""
    payments.wake_due_payments(now, polling_schedule.BATCH_SIZE)
    for pk, due_at in Refund.objects.due(now).order_by("due_at").values_list("pk", "due_at")[:BATCH_SIZE]:
        if Refund.objects.filter(pk=pk, due_at=due_at).update(due_at=now + LEASE):
            tasks.run_refund.enqueue(str(pk))


@periodic_jobs.register("charges")
@once_a_minute
def process_due_charges(now: datetime) -> None:
    """Remind of charges, expire them, and cancel the open charges of closed cases."""
    for pk in Charge.objects.due(now).order_by("due_at").values_list("pk", flat=True)[:BATCH_SIZE]:
        run_isolated(f"look_after charge {pk}", charges.process_due_charge, charge_id=pk, now=now)
    run_each_isolated(Charge.objects.stale()[:BATCH_SIZE], charges.cancel_charge, named="charge")


@periodic_jobs.register("account")
def change_account(now: datetime) -> None:
    """Apply changes of the QR-bill account a day after they were requested."""
    for pk in AccountChange.objects.filter(due_at__lte=now).values_list("pk", flat=True):
        run_isolated(f"change account {pk}", account_changes.put_in_force, change_id=pk, now=now)


@periodic_jobs.register("journal")
@once_a_minute
def close_days(now: datetime) -> None:
    """Close the days of the journal before today."""
    ledger.close_days(now)


@periodic_jobs.register("payouts")
def wake_payouts(now: datetime) -> None:
    """Enqueue the fetching of payouts, every six hours. A payout that is fetched twice is booked once."""
    if cache.add("payouts-asked", True, PAYOUTS_EVERY.total_seconds()):
        tasks.fetch_payouts.enqueue()
