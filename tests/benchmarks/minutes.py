"""From *send* to a sealed PDF on disk, for a certificate that nobody at the town hall has to look at.

usage: python -m tests.benchmarks.minutes [--burst N]. Starts a PostgreSQL, two workers and a scheduler of its own.
A known resident asks for a certificate without a fee: the register is asked, the document made and sealed. Prints how
long a request sent alone takes, when the last of N sent at once is done, the CPU of a document, and how soon a payment
is confirmed once the provider says so, told to us or not.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from datetime import date
from statistics import median

from .postgresql import postgresql

SETTINGS = "tests.benchmarks.background"
ALONE, WORKERS, MADE = 40, 2, 100  # requests sent alone, workers, documents whose CPU is taken
WARM = 10  # requests before anything is measured, so that both workers have loaded what they need
PATIENCE = 600  # seconds that anything may take
BUDGETS = {"p50_s": 1, "p95_s": 3, "burst_s": 120, "cpu_ms": 30, "told_s": 2, "lost_s": 60}
BORN = date(1988, 4, 17)  # Élodie Marchetti, in the demo register
REGISTER = {
    "key": "controle",
    "type": "register",
    "settings": {"format": 1, "birth_date": "naissance", "with_birth_date": True, "with_address": False},
}
DOCUMENT = {
    "key": "document",
    "type": "document",
    "settings": {"format": 1, "template": "attestation-domicile", "below": "agent"},
}
PAYMENT = {"key": "paiement", "type": "payment", "settings": {"format": 1, "days": 30}}


class Certificates:
    """A service and the known resident who asks for its certificate, again and again."""

    def __init__(self):
        from tests.factories.accounts import known
        from tests.factories.documents import DocumentTemplateFactory
        from tests.factories.submissions import ANSWERS

        DocumentTemplateFactory()
        self.version = _version([REGISTER, DOCUMENT])
        self.user = known(birth_date=BORN)
        given = {key: answer for step in ANSWERS.values() for key, answer in step.items()}
        self.answers = given | {"naissance": BORN.isoformat()}

    def send(self):
        """A request as residents send it; its case."""
        from tests.factories.submissions import sent

        return sent(version=self.version, user=self.user, answers=self.answers).case

    def alone(self) -> float:
        """Seconds until the certificate of one request is there."""
        start = time.perf_counter()
        case = self.send()
        _until(lambda: _sealed().filter(case=case).exists())
        return time.perf_counter() - start

    def burst(self, number: int) -> float:
        """Seconds from the first of ``number`` requests sent at once until the last certificate is there."""
        before, start = _sealed().count(), time.perf_counter()
        for _ in range(number):
            self.send()
        _until(lambda: _sealed().count() >= before + number)
        return time.perf_counter() - start


def main(burst: int) -> dict[str, float]:
    """Measures everything; answers the figures by the name of their budget."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    certificates = Certificates()
    with _running("scheduler"), ExitStack() as workers:
        for number in range(WORKERS):
            workers.enter_context(_running("worker", "--interval", "0.1", "--name", f"worker-{number}"))
        certificates.burst(WARM)
        figures = requests(certificates, ALONE, burst) | {"told_s": told(), "lost_s": lost()}
    return figures | {"cpu_ms": cpu_of_a_document()}


def requests(certificates: Certificates, alone: int, burst: int) -> dict[str, float]:
    """How long certificates take, asked for one by one, and at once."""
    times = sorted(certificates.alone() for _ in range(alone))
    return {
        "p50_s": round(median(times), 2),
        "p95_s": round(times[int(alone * 0.95)], 2),
        "burst_s": round(certificates.burst(burst), 1),
    }


def cpu_of_a_document() -> float:
    """Milliseconds to render and seal one, in a process that did some before."""
    from eservices.documents import actions

    document = _sealed().latest("issued_at")
    for _ in range(3):
        actions._made(document)
    start = time.process_time()
    for _ in range(MADE):
        actions._made(document)
    return round((time.process_time() - start) / MADE * 1000, 1)


def told() -> float:
    """Seconds until the pay page says that it is paid, for who comes back from the provider."""
    from django.test import Client
    from django.urls import reverse

    payment = _paid()
    start = time.perf_counter()
    page = Client(SERVER_NAME="localhost").get(
        reverse("payments:back", args=[payment.basket.secret, payment.pk]), follow=True
    )
    _until(lambda: _received(payment))
    assert page.status_code == 200
    return round(time.perf_counter() - start, 2)


def lost() -> float:
    """Seconds until a payment is received of which nobody tells us."""
    payment = _paid()
    start = time.perf_counter()
    _until(lambda: _received(payment))
    return round(time.perf_counter() - start, 1)


def _paid():
    """A payment that was made at the provider; we have not heard of it yet."""
    from eservices.payments.models import Charge
    from tests.factories.payments import begun, pays
    from tests.factories.submissions import sent

    case = sent(version=_version([PAYMENT])).case
    _until(lambda: Charge.objects.filter(case=case).exists())
    payment = begun(Charge.objects.get(case=case))
    pays(payment)
    return payment


def _received(payment) -> bool:
    return type(payment).objects.received().filter(pk=payment.pk).exists()


def _version(stages: list[dict]):
    from tests.factories.submissions import FormVersionFactory, certificate

    return FormVersionFactory(content=certificate(stages=stages))


def _sealed():
    from eservices.documents.models import Document

    return Document.objects.out().exclude(seal=None)


def _until(happened) -> None:
    """Waits for something that workers do."""
    ends = time.perf_counter() + PATIENCE
    while not happened():
        if time.perf_counter() > ends:
            raise SystemExit(f"It did not happen within {PATIENCE} s.")
        time.sleep(0.05)


@contextmanager
def _running(*command: str):
    """A command of ours, ended afterwards."""
    process = subprocess.Popen([sys.executable, "manage.py", *command])
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--burst", type=int, default=500)
    asked = parser.parse_args()
    with ExitStack() as stack:
        os.environ["DATABASE_URL"] = stack.enter_context(postgresql())
        os.environ["COMMUNE_VAR"] = stack.enter_context(tempfile.TemporaryDirectory())
        os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
        figures = main(asked.burst)
    missed = [name for name, most in BUDGETS.items() if figures[name] > most]
    for name, most in BUDGETS.items():
        print(f"{name:10} {figures[name]:>8} (budget {most})")
    print(json.dumps({"figures": figures, "budgets": BUDGETS, "missed": missed}))
    sys.exit(bool(missed))
