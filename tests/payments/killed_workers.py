"""Workers that are really killed (SIGKILL), at each point between a provider's answer and our last commit.

usage: python -m tests.payments.killed_workers DATABASE

DATABASE: Django's settings of a migrated database as JSON. A separate process, because it forks: each worker is a
child that dies instead of its next write to the database. The provider is Stripe, by its official SDK: the double of
the tests, over HTTP, in a separate process; and localstripe, where CI started one. (The demo provider stores its rows
in our database: ``test_crash_recovery`` tests it.) Prints as its last line the number of deaths per provider and
operation.
"""

import json
import os
import signal
import sys
import traceback
from contextlib import contextmanager
from datetime import timedelta
from itertools import count

import django

WRITES = ("INSERT", "UPDATE", "DELETE")


# -- Killing workers -----------------------------------------------------------------------------------------
def deaths(provider, work) -> int:
    """Run ``work`` in one worker after another, each killed one point later, until one finishes; return the deaths."""
    number = 0
    while _killed(number, provider, work):
        _look_after_a_death()
        number += 1
    return number


def _look_after_a_death() -> None:
    """Check after a worker's death that everything or nothing is committed and that the job asks again."""
    from django.utils import timezone

    from eservices.payments import ledger
    from eservices.payments.models import JournalRow, Payment, Payout, Refund

    assert list(ledger.ledger_errors()) == []
    soon = timezone.now() + timedelta(minutes=1)
    for payment in Payment.objects.open():
        assert payment.receipt is None
        assert payment.due_at < soon
        assert not JournalRow.objects.filter(payment=payment).exists()
    for refund in Refund.objects.filter(done_at=None):
        assert refund.due_at < soon
        assert not JournalRow.objects.filter(refund=refund).exists()
    for payout in Payout.objects.all():
        assert JournalRow.objects.filter(payout=payout).count() == 2


def _killed(number: int, provider, work) -> bool:
    """Return whether a worker killed at its point ``number`` dies before it finishes."""
    from django.db import connection

    connection.close()  # the child opens its own
    child = os.fork()
    if not child:
        code = 1
        try:
            with _dying_at(number, provider):
                work()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    _pid, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.waitstatus_to_exitcode(status) == 0
    return False


@contextmanager
def _dying_at(number: int, provider):
    """Kill the process at point ``number``, counted from the provider's first answer.

    Points are: the answer, each write, and before and after each commit.
    """
    from django.db import connection

    points = None

    def point() -> None:
        if points is not None and next(points) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    def answering(method):
        def answer(*arguments):
            nonlocal points
            said = method(*arguments)
            points = points or count()
            point()
            return said

        return answer

    def observe_writes(execute, sql, *arguments):
        if sql.startswith(WRITES):
            point()
        return execute(sql, *arguments)

    def committing():
        point()
        commit()
        point()

    for name in ("start", "fetch_status", "cancel", "refund", "payouts"):
        setattr(provider, name, answering(getattr(provider, name)))
    connection.ensure_connection()
    commit, connection._commit = connection._commit, committing
    with connection.execute_wrapper(observe_writes):
        yield


# -- Providers -----------------------------------------------------------------------------------------------
class Double:
    """The tests' double of Stripe, over HTTP."""

    whole = True

    def __init__(self, url: str):
        self.url = url

    def pay(self, payment) -> None:
        _post(f"{self.url}/_pay/{payment.external_id}")

    def taken(self, payment) -> tuple[int, int]:
        """Return how many intents the payment has at the provider, and how much of it was refunded."""
        return tuple(_post(f"{self.url}/_taken/{payment.external_id}"))

    def transfer(self, number: str, *, fee: int, **amounts: int) -> None:
        _post(f"{self.url}/_transfer/{number}", {"fee": fee} | amounts)


class Local:
    """localstripe. It has no idempotency keys, so that intents cannot be counted."""

    whole = False  # operations that need idempotency keys, and payouts, are not tried

    def __init__(self, url: str):
        from tests.payments.localstripe import LocalStripe

        self.url, self.theirs = url, LocalStripe(url)

    def pay(self, payment) -> None:
        self.theirs.pay(payment.external_id)

    def taken(self, payment) -> tuple[int, int]:
        return 1, 0


def _post(url: str, content=None):
    import requests

    answer = requests.post(url, json=content, timeout=5)
    answer.raise_for_status()
    return answer.json()


@contextmanager
def stripe_double():
    """Serve the double in a separate process, which outlives every worker, and yield its address."""
    from tests.payments.stripe_double import Stripe, server

    theirs = server(Stripe())
    child = os.fork()
    if not child:
        theirs.serve_forever()
    try:
        yield f"http://127.0.0.1:{theirs.server_port}"
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


# -- Operations ----------------------------------------------------------------------------------------------
def everything(world) -> dict[str, int]:
    """Run all operations of a provider with workers that die; return the number of deaths per operation."""
    received, died = received_with_deaths(world)
    died["give up"] = given_up_with_deaths(world)
    if world.whole:
        number, died["refund"] = refunded_with_deaths(world, received)
        late, died["give up, paid"] = paid_too_late_with_deaths(world)
        world.transfer("po_1", fee=50, **{received.external_id: 3000, number: -1000})
        world.transfer("po_2", fee=40, **{late.external_id: 3000})
        died["payouts"] = booked_with_deaths({"po_1": 1950, "po_2": 2960})
    return died


def received_with_deaths(world):
    from eservices.payments import ledger
    from eservices.payments.models import Charge, JournalRow, Payment
    from eservices.payments.states import ChargeState, PaymentState
    from tests.factories.payments import due_charge

    charge = due_charge()
    payment = _begun(charge)
    died = {"begin": _deaths_of_checks(payment)}
    payment = Payment.objects.get(pk=payment.pk)
    assert payment.state == PaymentState.PENDING
    assert world.taken(payment) == (1, 0)

    world.pay(payment)
    died["receive"] = _deaths_of_checks(payment)
    payment, charge = Payment.objects.get(pk=payment.pk), Charge.objects.get(pk=charge.pk)
    assert (charge.state, charge.paid, payment.received) == (ChargeState.PAID, 3000, 3000)
    assert JournalRow.objects.filter(payment=payment).count() == 1
    assert list(ledger.ledger_errors()) == []  # gaps between receipts among them
    return payment, died


def refunded_with_deaths(world, payment) -> tuple[str, int]:
    from eservices.payments import ledger, tasks
    from eservices.payments.actions import refunds
    from eservices.payments.models import Charge, JournalRow, Refund
    from tests.factories.accounts import UserFactory

    allocation = payment.allocations.get()
    refund = refunds.request_refund(actor=UserFactory(), allocation=allocation, amount=1000, reason="Trop.")
    died = deaths(_provider(), lambda: tasks.run_refund.call(str(refund.pk)))
    assert Charge.objects.get(pk=allocation.charge_id).refunded == 1000
    assert JournalRow.objects.filter(refund=refund).count() == 1
    assert world.taken(payment) == (1, 1000)
    assert list(ledger.ledger_errors()) == []
    return Refund.objects.get(pk=refund.pk).external_id, died


def given_up_with_deaths(world) -> int:
    """Check that a waived payment is cancelled at the provider and cannot be paid, whichever worker died."""
    import requests

    from eservices.payments.models import Payment
    from eservices.payments.states import PaymentState

    payment = _waived_meanwhile()
    died = _deaths_of_checks(payment)
    assert Payment.objects.get(pk=payment.pk).state == PaymentState.CANCELLED
    try:
        world.pay(payment)
    except requests.HTTPError:
        return died
    raise AssertionError("It could still be paid.")


def paid_too_late_with_deaths(world):
    """Check that a payment made just before it is cancelled is booked once, as unallocated."""
    from eservices.payments import ledger
    from eservices.payments.models import JournalRow, Payment, UnallocatedPayment

    payment = _waived_meanwhile()
    world.pay(payment)
    died = _deaths_of_checks(payment)
    payment = Payment.objects.get(pk=payment.pk)
    assert (payment.received, UnallocatedPayment.objects.get(payment=payment).amount) == (3000, 3000)
    assert JournalRow.objects.filter(payment=payment).count() == 1
    assert list(ledger.ledger_errors()) == []
    return payment, died


def booked_with_deaths(nets: dict[str, int]) -> int:
    from eservices.payments import ledger, tasks
    from eservices.payments.models import JournalRow, Payout

    died = deaths(_provider(), tasks.fetch_payouts.call)
    assert dict(Payout.objects.values_list("external_id", "net")) == nets
    assert [one.difference for one in Payout.objects.all()] == [0] * len(nets)
    balances = ledger.account_balances(JournalRow.objects.all())["CHF"]
    assert balances[ledger.ledger_accounts().bank] == sum(nets.values())
    assert list(ledger.ledger_errors()) == []
    return died


def _provider():
    from eservices.payments.providers import payment_providers

    return payment_providers["stripe_card"]


def _begun(charge):
    from eservices.payments.actions import payments

    return payments.start_payment(actor=None, basket=charge.basket, provider=_provider(), language="fr")


def _waived_meanwhile():
    """Create a payment that is open at the provider and whose charge was waived."""
    from eservices.payments import provider_calls
    from eservices.payments.actions import charges
    from tests.factories.accounts import UserFactory
    from tests.factories.payments import due_charge

    charge = due_charge()
    payment = provider_calls.start_at_provider(_begun(charge))
    charges.waive_charge(actor=UserFactory(), charge=charge, reason="Deux fois la même.")
    return payment


def _deaths_of_checks(payment) -> int:
    from eservices.payments import tasks

    return deaths(_provider(), lambda: tasks.poll_payment.call(str(payment.pk)))


def main(database: dict) -> dict[str, dict[str, int]]:
    os.environ["DJANGO_SETTINGS_MODULE"] = "mysite.settings.test"
    from django.conf import settings

    settings.DATABASES = {"default": database}
    settings.TASKS = {"default": {"BACKEND": "django.tasks.backends.dummy.DummyBackend", "QUEUES": []}}
    settings.STRIPE_SECRET_KEY, settings.STRIPE_PUBLIC_KEY = "sk_test_x", "pk_test_x"
    settings.STRIPE_WEBHOOK_SECRET = "whsec_test"
    django.setup()
    found = {}
    with stripe_double() as url:
        settings.STRIPE_API_URL = url
        found["stripe"] = everything(Double(url))
    if local := os.environ.get("TEST_STRIPE_URL"):
        settings.STRIPE_API_URL = local
        found["localstripe"] = everything(Local(local))
    return found


if __name__ == "__main__":
    print(json.dumps(main(json.loads(sys.argv[1]))))
