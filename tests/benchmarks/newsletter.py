"""Benchmark of a campaign to many subscribers, against a bare loop that sends the same bytes to the same server.

usage: python -m tests.benchmarks.newsletter [--recipients 100000] [--kills 5]. Starts a PostgreSQL, a mail server and a
worker of its own. The worker is killed several times (SIGKILL) and another continues, as after the claim of the first
has expired: that wait is not counted. The time is measured from the first to the last e-mail of each worker.

Each subscriber must get the e-mail. SMTP cannot exclude one case: the e-mail that a killed worker was sending, accepted
but not yet recorded, is sent again with the same Message-ID. So as many as there were kills may arrive twice.
"""

import argparse
import json
import os
import smtplib
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from itertools import cycle, islice
from pathlib import Path

import django

from tests.benchmarks import smtp_sink
from tests.benchmarks.postgresql import server
from tests.benchmarks.server import HOST

RATIO, GROWTH = (
    0.7,
    1.25,
)  # budgets: of the bare loop's rate; of the worker's memory from an early moment to its end
ADDRESS = (
    "lecteur{:07}@courriel.example"  # all of the same length: the size of the sink's file gives their number
)
LINE = len(ADDRESS.format(0)) + 1
BARE, KEPT = 10_000, 500  # e-mails of the bare loop, and how many of them differ


def filled(recipients: int) -> int:
    """Create subscribers and a scheduled campaign. Return the id of its mailing."""
    from django.utils import timezone

    from newsletter.actions import mailings
    from newsletter.models import Subscriber
    from newsletter.states import SubscriberState
    from tests.factories.newsletter import CampaignFactory

    now = timezone.now()
    for start in range(0, recipients, 5000):
        Subscriber.objects.bulk_create(
            Subscriber(
                email=ADDRESS.format(number),
                language="fr",
                state=SubscriberState.CONFIRMED,
                confirmed_at=now,
                link_expires_at=now,
            )
            for number in range(start, min(start + 5000, recipients))
        )
    text = "<p>" + "Ce que la commune décide et ce qui se passe au village. " * 12 + "</p>"
    campaign = CampaignFactory(blocks=[("heading", "Cette semaine"), ("text", text)] * 6)
    return mailings.schedule_mailing(actor=None, campaign=campaign).pk


def prepared(mailing_id: int) -> float:
    """Create the recipients as the worker does. Return the seconds that took."""
    from django.utils import timezone

    from newsletter import sending
    from newsletter.actions import mailings
    from newsletter.models import Mailing

    began = time.monotonic()
    mailing = mailings.claim_mailing(mailing_id, timezone.now())
    sending.prepare_recipients(mailing)
    Mailing.objects.filter(pk=mailing_id).update(due_at=timezone.now())
    return time.monotonic() - began


def bare_rate(port: int, mailing_id: int, letters: int) -> float:
    """Return the e-mails per second of a loop that only sends, over one connection."""
    from newsletter.backends.builtin.copies import PreparedEdition
    from newsletter.models import Recipient

    rows = Recipient.objects.filter(mailing=mailing_id).select_related("subscriber", "edition")[:KEPT]
    printed = PreparedEdition(rows[0].edition)
    copies = [(row.subscriber.email, printed.raw(row)) for row in rows]
    with smtplib.SMTP(HOST, port) as connection:
        began = time.monotonic()
        for to, content in islice(cycle(copies), letters):
            connection.sendmail("noreply@orvenay.example", [to], content)
        return letters / (time.monotonic() - began)


class Run:
    """The workers that send a mailing, one after the other."""

    def __init__(self, mailing_id: int, recipients: int, arrived: Path):
        self.mailing_id, self.recipients, self.arrived = mailing_id, recipients, arrived
        self.seconds, self.sent, self.memory = 0.0, 0, []

    def until(self, number: int | None) -> None:
        """Run a worker and kill it when ``number`` e-mails have arrived; without a number it ends by itself."""
        command = [sys.executable, "-m", "tests.benchmarks.newsletter", "--work", str(self.mailing_id)]
        process, before = subprocess.Popen(command), self.count()
        while self.count() == before and process.poll() is None:
            time.sleep(0.01)
        began, first = time.monotonic(), self.count()
        while process.poll() is None and (number is None or self.count() < number):
            time.sleep(0.02)
            self._watch(process.pid)
            last = time.monotonic()
            if self.count() >= self.recipients:
                break
        self.seconds += last - began
        self.sent += self.count() - first
        if number is None:
            process.wait(timeout=120)
        else:
            process.kill()
            process.wait()

    def count(self) -> int:
        return self.arrived.stat().st_size // LINE

    def _watch(self, pid: int) -> None:
        """Record the worker's memory in MB, at most once a second."""
        try:
            status = Path(f"/proc/{pid}/status").read_text()
        except FileNotFoundError:
            return
        resident = next((line for line in status.splitlines() if line.startswith("VmRSS")), None)
        if resident and (not self.memory or time.monotonic() - self.memory[-1][0] > 1):
            self.memory.append((time.monotonic(), int(resident.split()[1]) / 1024))

    @property
    def growth(self) -> float:
        """The maximum memory in the last quarter, relative to that in the second."""
        used = [megabytes for _at, megabytes in self.memory]
        quarter = max(len(used) // 4, 1)
        return max(used[-quarter:]) / max(used[quarter : 2 * quarter] or used)


def let_go(mailing_id: int) -> None:
    """Set the mailing due, as if the claim of the killed worker had expired."""
    from django.utils import timezone

    from newsletter.models import Mailing

    Mailing.objects.filter(pk=mailing_id).update(due_at=timezone.now())


def work(mailing_id: int) -> None:
    """Send the mailing as a worker without other tasks does."""
    from newsletter import sending
    from newsletter.models import Mailing
    from newsletter.states import MailingState

    while Mailing.objects.get(pk=mailing_id).state != MailingState.SENT:
        sending.run_mailing(mailing_id)


def measured(recipients: int, kills: int) -> dict:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="commune-newsletter-")))
        database = stack.enter_context(server())
        bare_port = stack.enter_context(smtp_sink.running(folder / "bare"))
        port = stack.enter_context(smtp_sink.running(folder / "arrived"))
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "tests.resilience.settings",
            "COMMUNE_VAR": str(folder / "var"),
            "DATABASE_URL": database.url,
            "MAIL_URL": f"smtp://{HOST}:{port}",
        }
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        mailing_id = filled(recipients)
        preparing = prepared(mailing_id)
        bare = bare_rate(bare_port, mailing_id, min(BARE, recipients))
        run = Run(mailing_id, recipients, folder / "arrived")
        for number in range(1, kills + 1):
            run.until(recipients * number // (kills + 1))
            let_go(mailing_id)
        run.until(None)
        again = bare_rate(bare_port, mailing_id, min(BARE, recipients))
        arrived = Counter((folder / "arrived").read_text().splitlines())
    rate = run.sent / run.seconds
    return {
        "recipients": recipients,
        "kills": kills,
        "prepared_s": round(preparing, 1),
        "bare_per_s": [round(bare), round(again)],
        "per_s": round(rate),
        "ratio": round(rate / ((bare + again) / 2), 2),
        "memory_mb": [round(min(mb for _at, mb in run.memory)), round(max(mb for _at, mb in run.memory))],
        "memory_growth": round(run.growth, 2),
        "missing": recipients - len(arrived),
        "twice": sum(times - 1 for times in arrived.values()),
    }


def missed(figures: dict) -> list[str]:
    """Return the budgets that were exceeded."""
    found = []
    if figures["ratio"] < RATIO:
        found.append(f"ratio below {RATIO}")
    if figures["memory_growth"] > GROWTH:
        found.append(f"memory grew by more than {GROWTH}")
    if figures["missing"]:
        found.append(f"{figures['missing']} readers without a letter")
    if figures["twice"] > figures["kills"]:
        found.append(f"{figures['twice']} letters twice")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipients", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--work", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        django.setup()
        work(arguments.work)
        return
    figures = measured(arguments.recipients, arguments.kills)
    for name, value in figures.items():
        print(f"{name:16}{value!s:>16}")
    faults = missed(figures)
    print(json.dumps(figures | {"budgets": {"ratio": RATIO, "memory_growth": GROWTH}, "missed": faults}))
    raise SystemExit(1 if faults else 0)


if __name__ == "__main__":
    main()
