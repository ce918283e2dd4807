"""What the scheduler does for payments."""

from datetime import datetime, timedelta

from django.core.cache import cache

from home.background import sweeps, try_alone, try_each

from . import ledger, polling, tasks
from .actions import charges, paying
from .contrib.qrbill import account
from .models import AccountChange, Charge, Refund

LEASE = timedelta(seconds=20)  # a wake-up that was lost is made again after this
PAYOUTS_EVERY = timedelta(hours=6)
AT_ONCE = 200


@sweeps.register("payments")
def ask_providers(now: datetime) -> None:
    """Wakes a worker for each payment and refund that a provider should be asked about."""
    paying.wake(now, polling.AT_ONCE)
    for pk, due_at in Refund.objects.due(now).order_by("due_at").values_list("pk", "due_at")[:AT_ONCE]:
        if Refund.objects.filter(pk=pk, due_at=due_at).update(due_at=now + LEASE):
            tasks.refund.enqueue(str(pk))


@sweeps.register("charges")
def look_after_charges(now: datetime) -> None:
    """Reminders, the end of a charge's time, and what is left of cases that ended otherwise."""
    for pk in Charge.objects.due(now).order_by("due_at").values_list("pk", flat=True)[:AT_ONCE]:
        try_alone(f"look_after charge {pk}", charges.look_after, charge_id=pk, now=now)
    try_each(Charge.objects.stale()[:AT_ONCE], charges.give_up, named="charge")


@sweeps.register("account")
def change_account(now: datetime) -> None:
    """Puts a change of the account for QR-bills in force, a day after it was asked for."""
    for pk in AccountChange.objects.filter(due_at__lte=now).values_list("pk", flat=True):
        try_alone(f"change account {pk}", account.put_in_force, change_id=pk, now=now)


@sweeps.register("journal")
def close_days(now: datetime) -> None:
    """Closes the days of the journal that are over."""
    ledger.close_days(now)


@sweeps.register("payouts")
def ask_for_payouts(now: datetime) -> None:
    """Now and then lets a worker ask for transfers. Told twice, they are booked once."""
    if cache.add("payouts-asked", True, PAYOUTS_EVERY.total_seconds()):
        tasks.payouts.enqueue()
