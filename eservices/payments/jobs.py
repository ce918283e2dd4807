"""What the scheduler does for payments."""

from datetime import datetime, timedelta

from django.core.cache import cache

from home.scheduling.periodic import periodic_jobs, run_each_isolated, run_isolated

from . import ledger, polling_schedule, tasks
from .actions import charges, payments
from .contrib.qrbill import account_changes
from .models import AccountChange, Charge, Refund

LEASE = timedelta(seconds=20)  # a wake-up that was lost is made again after this
PAYOUTS_EVERY = timedelta(hours=6)
BATCH_SIZE = 200


@periodic_jobs.register("payments")
def wake_due_payments(now: datetime) -> None:
    """Wakes a worker for each payment and refund that a provider should be asked about."""
    payments.wake_due_payments(now, polling_schedule.BATCH_SIZE)
    for pk, due_at in Refund.objects.due(now).order_by("due_at").values_list("pk", "due_at")[:BATCH_SIZE]:
        if Refund.objects.filter(pk=pk, due_at=due_at).update(due_at=now + LEASE):
            tasks.run_refund.enqueue(str(pk))


@periodic_jobs.register("charges")
def process_due_charges(now: datetime) -> None:
    """Reminders, the end of a charge's time, and what is left of cases that ended otherwise."""
    for pk in Charge.objects.due(now).order_by("due_at").values_list("pk", flat=True)[:BATCH_SIZE]:
        run_isolated(f"look_after charge {pk}", charges.process_due_charge, charge_id=pk, now=now)
    run_each_isolated(Charge.objects.stale()[:BATCH_SIZE], charges.cancel_charge, named="charge")


@periodic_jobs.register("account")
def change_account(now: datetime) -> None:
    """Puts a change of the account for QR-bills in force, a day after it was asked for."""
    for pk in AccountChange.objects.filter(due_at__lte=now).values_list("pk", flat=True):
        run_isolated(f"change account {pk}", account_changes.put_in_force, change_id=pk, now=now)


@periodic_jobs.register("journal")
def close_days(now: datetime) -> None:
    """Closes the days of the journal that are over."""
    ledger.close_days(now)


@periodic_jobs.register("payouts")
def wake_payouts(now: datetime) -> None:
    """Now and then lets a worker ask for transfers. Told twice, they are booked once."""
    if cache.add("payouts-asked", True, PAYOUTS_EVERY.total_seconds()):
        tasks.fetch_payouts.enqueue()
