"""Benchmark from *send* to a sealed PDF on disk, for a certificate that is issued without an agent.

usage: python -m tests.benchmarks.certificate_time [--burst N]. Starts a PostgreSQL, a gunicorn, two workers and a
scheduler of its own. A known resident requests a certificate without a fee: the register is queried, the document
rendered and sealed.

Prints how long a single request takes; when the last of N requests is done that were sent over HTTP at once; the CPU
time of a document; and how soon a payment is confirmed after the provider has received it: by a webhook, by the person
who returns, or by neither. For payments, the slowest of several counts.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import date
from functools import partial
from ipaddress import ip_address
from itertools import count
from statistics import median

import requests

from tests.benchmarks.postgresql import postgresql
from tests.benchmarks.server import gunicorn

SETTINGS = "tests.benchmarks.worker_settings"
ALONE, WORKERS, MADE = 40, 2, 100  # single requests, workers, documents whose CPU time is measured
WARM = 10  # requests before the measurement, so that both workers have loaded their code
AT_FIRST, AT_FIRST_FOR, OFTEN = 0.5, 30, 1.5  # seconds between the requests of an open page: see payment.js
# Payments with a webhook, and without; seconds between two without one, across the job's interval.
PAID, UNHEARD, APART = 20, 8, 2.3
PATIENCE = 600  # seconds that anything may take
CONNECTIONS, WEB = 50, 2  # applicants who send at the same time, and web processes
BUDGETS = {
    "p50_s": 1,
    "p95_s": 3,
    "burst_s": 120,
    "cpu_ms": 30,
    "told_s": 2,
    "back_s": 2,
    "open_s": 60,
    "lost_s": 60,
}
BORN = date(1988, 4, 17)  # Élodie Marchetti in the demo register
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
    """A service and a known resident who requests its certificate repeatedly."""

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
        """Send a submission as residents do. Return its case."""
        from tests.factories.submissions import sent

        return sent(version=self.version, user=self.user, answers=self.answers).case

    def alone(self) -> float:
        """Return the seconds until the certificate of one submission is sealed."""
        start = time.perf_counter()
        case = self.send()
        _until(lambda: _sealed().filter(case=case).exists())
        return time.perf_counter() - start

    def ready(self, number: int) -> list:
        """Create drafts that are complete, ready to send."""
        from tests.factories.submissions import DraftFactory

        return [
            DraftFactory(
                complete=True,
                version=self.version,
                user=self.user,
                answers=self.answers | {"courriel": f"person-{number}@example.org"},
            )
            for number in range(number)
        ]

    def burst(self, number: int, site: str) -> tuple[float, float]:
        """Send ``number`` submissions at once.

        Return the seconds until the last certificate is sealed, and the 95th percentile of the response times.
        """
        presses = [(Press(site, self.user), draft) for draft in self.ready(number)]
        before, start = _sealed().count(), time.perf_counter()
        with ThreadPoolExecutor(CONNECTIONS) as people:
            waited = sorted(people.map(lambda press: press[0].send(press[1]), presses))
        _until(lambda: _sealed().count() >= before + number)
        return time.perf_counter() - start, waited[int(number * 0.95)]


class Press:
    """A browser of a signed-in applicant on the page before sending."""

    taken = count()

    def __init__(self, site: str, user):
        from django.middleware.csrf import _get_new_csrf_string
        from django.test import Client

        self.site, self.token = site, _get_new_csrf_string()
        client = Client()
        client.force_login(user)
        self.cookies = {"csrftoken": self.token} | {name: one.value for name, one in client.cookies.items()}
        self.address = str(ip_address("10.0.0.1") + next(self.taken))

    def send(self, draft) -> float:
        """Send the draft. Return the seconds until the redirect to the receipt."""
        from django.urls import reverse

        start = time.perf_counter()
        answer = requests.post(
            self.site + reverse("submissions:send", args=[draft.secret]),
            {"csrfmiddlewaretoken": self.token, "declared": "1"},
            cookies=self.cookies,
            headers={"X-Forwarded-For": self.address, "Origin": self.site},
            allow_redirects=False,
            timeout=PATIENCE,
        )
        if answer.headers.get("Location") != reverse("submissions:sent", args=[draft.secret]):
            raise SystemExit(f"A request was not sent: {answer.status_code} {answer.text[:2000]}")
        return time.perf_counter() - start


def main(burst: int) -> dict[str, float]:
    """Measure everything. Return the figures by the name of their budget."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    certificates = Certificates()
    with _running("scheduler"), gunicorn(SETTINGS, WEB) as port, ExitStack() as workers:
        site = f"http://127.0.0.1:{port}"
        for number in range(WORKERS):
            workers.enter_context(_running("worker", "--interval", "0.1", "--name", f"worker-{number}"))
        certificates.burst(WARM, site)
        figures = certified(certificates, ALONE, burst, site)
        figures |= {
            "told_s": slowest(partial(seconds_until_shown_as_paid, site), PAID),
            "back_s": slowest(partial(back, site), PAID),
            "open_s": slowest(partial(open_page, site), UNHEARD, apart=APART),
            "lost_s": slowest(lost, UNHEARD, apart=APART),
        }
    return figures | {"cpu_ms": cpu_of_a_document()}


def certified(certificates: Certificates, alone: int, burst: int, site: str) -> dict[str, float]:
    """Measure certificates that are requested one by one and all at once."""
    times = sorted(certificates.alone() for _ in range(alone))
    last, answered = certificates.burst(burst, site)
    return {
        "p50_s": round(median(times), 2),
        "p95_s": round(times[int(alone * 0.95)], 2),
        "burst_s": round(last, 1),
        "answered_s": round(answered, 2),
    }


def cpu_of_a_document() -> float:
    """Return the milliseconds of CPU to render and seal a document, in a process that has rendered some before."""
    from eservices.documents.actions import issuing

    document = _sealed().latest("issued_at")
    for _ in range(3):
        issuing._made(document)
    start = time.process_time()
    for _ in range(MADE):
        issuing._made(document)
    return round((time.process_time() - start) / MADE * 1000, 1)


def slowest(measured, times: int, apart: float = 0) -> float:
    """Return the maximum of several measurements, in sequence or started ``apart`` seconds after each other."""
    if not apart:
        return max(measured() for _ in range(times))

    def begun(place: int) -> float:
        from django.db import connection

        time.sleep(place * apart)
        try:
            return measured()
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as side_by_side:
        return max(side_by_side.map(begun, range(times)))


def seconds_until_shown_as_paid(site: str) -> float:
    """Return the seconds from Stripe's webhook until the open page reports the payment."""
    from django.conf import settings
    from django.urls import reverse

    from tests.payments.stripe_double import event

    payment = _begun("stripe_card")
    requests.post(f"{settings.STRIPE_API_URL}/_pay/{payment.external_id}", timeout=10)
    call = event(payment.external_id)
    headers = call["headers"] | {"Content-Type": call["content_type"]}
    state = site + reverse("payments:state", args=[payment.basket.secret, payment.pk])
    start = time.perf_counter()
    answer = requests.post(f"{site}/paiements/stripe/", call["data"], headers=headers, timeout=10)
    assert answer.status_code == 200
    _until(lambda: requests.get(state, timeout=10).json() == {"state": "succeeded"})
    return round(time.perf_counter() - start, 2)


def back(site: str) -> float:
    """Return the seconds until the payment page reports the payment to a person who returns from the provider."""
    from django.urls import reverse

    from tests.factories.payments import pays

    payment = _begun("demo")
    pays(payment)
    start = time.perf_counter()
    page = requests.get(site + reverse("payments:back", args=[payment.basket.secret, payment.pk]), timeout=10)
    assert page.status_code == 200
    assert _received(payment)
    return round(time.perf_counter() - start, 2)


def open_page(site: str) -> float:
    """Return the seconds until an open page reports the payment, without a webhook and without a return."""
    from django.urls import reverse

    from tests.factories.payments import pays

    payment = _begun("demo")
    state = site + reverse("payments:state", args=[payment.basket.secret, payment.pk])
    requests.get(state, timeout=10)  # the page was open before, so the next request waits for its interval
    pays(payment)
    start = time.perf_counter()
    _until(lambda: requests.get(state, timeout=10).json() == {"state": "succeeded"}, pause=page_pause)
    return round(time.perf_counter() - start, 1)


def lost() -> float:
    """Return the seconds until a payment is received, without a webhook and without an open page."""
    from tests.factories.payments import pays

    payment = _begun("demo")
    pays(payment)
    start = time.perf_counter()
    _until(lambda: _received(payment))
    return round(time.perf_counter() - start, 1)


def _begun(provider: str):
    """Create a payment that is open at its provider."""
    from eservices.payments.models import Charge
    from tests.factories.payments import begun
    from tests.factories.submissions import sent

    case = sent(version=_version([PAYMENT])).case
    _until(lambda: Charge.objects.filter(case=case).exists())
    return begun(Charge.objects.get(case=case), provider)


def _received(payment) -> bool:
    return type(payment).objects.received().filter(pk=payment.pk).exists()


def _version(stages: list[dict]):
    from tests.factories.submissions import FormVersionFactory, certificate

    return FormVersionFactory(content=certificate(stages=stages))


def _sealed():
    from eservices.documents.models import Document

    return Document.objects.out().exclude(seal=None)


def page_pause(waited: float) -> float:
    """Return the seconds until the next request of a page that has been open for ``waited`` seconds."""
    return AT_FIRST if waited < AT_FIRST_FOR else OFTEN


def _until(happened, pause=lambda waited: 0.05) -> None:
    """Wait for the result of a worker."""
    start = time.perf_counter()
    while not happened():
        waited = time.perf_counter() - start
        if waited > PATIENCE:
            raise SystemExit(f"It did not happen within {PATIENCE} s.")
        time.sleep(pause(waited))


@contextmanager
def stripe():
    """Run the fake Stripe and yield its address."""
    from tests.payments.stripe_double import Stripe, server
    from tests.support.local_servers import serving

    with serving(server(Stripe())) as theirs:
        yield f"http://127.0.0.1:{theirs.server_port}"


@contextmanager
def _running(*command: str):
    """Run a management command within the block."""
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
        os.environ["BENCHMARK_STRIPE_URL"] = stack.enter_context(stripe())
        figures = main(asked.burst)
    missed = [name for name, most in BUDGETS.items() if figures[name] > most]
    for name, most in BUDGETS.items():
        print(f"{name:10} {figures[name]:>8} (budget {most})")
    print(json.dumps({"figures": figures, "budgets": BUDGETS, "missed": missed}))
    sys.exit(bool(missed))
