"""Workers that are really killed (SIGKILL), at each point between a provider's answer and our last commit.

usage: python -m tests.payments.sigkill DATABASE, Django's settings of a migrated database as JSON. A process of its
own, since it forks: each worker is a child that dies instead of writing the next thing into the database. Providers:
the demo's; Stripe by its official SDK and the double of the tests, over HTTP, in a process of its own; and
localstripe, where one runs. Prints as its last line how many deaths each of them saw.
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


# -- Dying ---------------------------------------------------------------------------------------------------
def deaths(provider, work) -> int:
    """Lets one worker after the other do ``work``, each killed a point later, until one comes to its end."""
    number = 0
    while _killed(number, provider, work):
        _look_after_a_death()
        number += 1
    return number


def _look_after_a_death() -> None:
    """What must hold whenever a worker is dead: all or nothing, and somebody asks again."""
    from django.utils import timezone

    from eservices.payments import ledger
    from eservices.payments.models import JournalRow, Payment, Refund

    assert list(ledger.faults()) == []
    soon = timezone.now() + timedelta(minutes=1)
    for payment in Payment.objects.open():
        assert payment.receipt is None
        assert payment.due_at < soon
        assert not JournalRow.objects.filter(payment=payment).exists()
    for refund in Refund.objects.filter(done_at=None):
        assert refund.due_at < soon
        assert not JournalRow.objects.filter(refund=refund).exists()


def _killed(number: int, provider, work) -> bool:
    """Whether a worker that dies at its point ``number`` dies before it is done."""
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
    """Counts points from the provider's answer on: the answer, each write, and before and after each commit."""
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

    def saying(execute, sql, *arguments):
        if sql.startswith(WRITES):
            point()
        return execute(sql, *arguments)

    def committing():
        point()
        commit()
        point()

    for name in ("start", "look", "refund"):
        setattr(provider, name, answering(getattr(provider, name)))
    connection.ensure_connection()
    commit, connection._commit = connection._commit, committing
    with connection.execute_wrapper(saying):
        yield


# -- The other sides -----------------------------------------------------------------------------------------
class Demo:
    key, refunds = "demo", True

    def pay(self, payment) -> None:
        from tests.factories.payments import pays

        pays(payment)

    def taken(self, payment) -> tuple[int, int]:
        """How often the payment stands there, and how much of it was paid back."""
        from eservices.payments.contrib.demo.models import DemoPayment

        rows = DemoPayment.objects.filter(key=payment.pk)
        return rows.count(), sum(sum(one.refunds.values()) for one in rows)


class Double:
    """Stripe, as the tests know it, over HTTP."""

    key, refunds = "stripe_card", True

    def __init__(self, url: str):
        self.url = url

    def pay(self, payment) -> None:
        _post(f"{self.url}/_pay/{payment.external_id}")

    def taken(self, payment) -> tuple[int, int]:
        return tuple(_post(f"{self.url}/_taken/{payment.external_id}"))


class Local:
    """localstripe: it knows no idempotency keys, so that nothing is said of how often something stands there."""

    key, refunds = "stripe_card", False

    def __init__(self, url: str):
        from .localstripe import LocalStripe

        self.url, self.theirs = url, LocalStripe(url)

    def pay(self, payment) -> None:
        self.theirs.pay(payment.external_id)

    def taken(self, payment) -> tuple[int, int]:
        return 1, 0


def _post(url: str):
    import requests

    answer = requests.post(url, timeout=5)
    answer.raise_for_status()
    return answer.json()


@contextmanager
def stripe_double():
    """Serves the double in a process of its own, which outlives every worker; yields its address."""
    from .stripe_double import Stripe, server

    theirs = server(Stripe())
    child = os.fork()
    if not child:
        theirs.serve_forever()
    try:
        yield f"http://127.0.0.1:{theirs.server_port}"
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


# -- The three things ----------------------------------------------------------------------------------------
def one_payment(world) -> dict[str, int]:
    """Begins a payment, receives it and pays a part back, with workers that die; how many did."""
    from eservices.payments import ledger, tasks
    from eservices.payments.actions import paying, refunds
    from eservices.payments.models import Charge, JournalRow, Payment
    from eservices.payments.providers import providers
    from eservices.payments.states import ChargeState, PaymentState
    from tests.factories.accounts import UserFactory
    from tests.factories.payments import due_charge

    charge, provider = due_charge(), providers[world.key]
    begun = paying.begin(actor=None, basket=charge.basket, provider=provider, language="fr")
    check = lambda: tasks.check.call(str(begun.pk))  # noqa: E731
    died = {"begin": deaths(provider, check)}
    payment = Payment.objects.get(pk=begun.pk)
    assert payment.state == PaymentState.PENDING
    assert world.taken(payment) == (1, 0)

    world.pay(payment)
    died["receive"] = deaths(provider, check)
    payment, charge = Payment.objects.get(pk=begun.pk), Charge.objects.get(pk=charge.pk)
    assert (charge.state, charge.paid, payment.received) == (ChargeState.PAID, 3000, 3000)
    assert JournalRow.objects.filter(payment=payment).count() == 1
    assert list(ledger.faults()) == []  # gaps of receipts among them
    if world.refunds:
        allocation = payment.allocations.get()
        refund = refunds.ask(actor=UserFactory(), allocation=allocation, amount=1000, reason="Trop.")
        died["refund"] = deaths(provider, lambda: tasks.refund.call(str(refund.pk)))
        assert Charge.objects.get(pk=charge.pk).refunded == 1000
        assert JournalRow.objects.filter(refund=refund).count() == 1
        assert world.taken(payment) == (1, 1000)
        assert list(ledger.faults()) == []
    return died


def main(database: dict) -> dict[str, dict[str, int]]:
    os.environ["DJANGO_SETTINGS_MODULE"] = "mysite.settings.test"
    from django.conf import settings

    settings.DATABASES = {"default": database}
    settings.TASKS = {"default": {"BACKEND": "django.tasks.backends.dummy.DummyBackend"}}
    settings.STRIPE_SECRET_KEY, settings.STRIPE_PUBLIC_KEY = "sk_test_x", "pk_test_x"
    django.setup()
    found = {"demo": one_payment(Demo())}
    with stripe_double() as url:
        settings.STRIPE_API_URL = url
        found["stripe"] = one_payment(Double(url))
    if local := os.environ.get("TEST_STRIPE_URL"):
        settings.STRIPE_API_URL = local
        found["localstripe"] = one_payment(Local(local))
    return found


if __name__ == "__main__":
    print(json.dumps(main(json.loads(sys.argv[1]))))
