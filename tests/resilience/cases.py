"""Resilience of cases: every submission ends as one case, whose stages happen once and whose e-mails are all sent.

usage: python -m tests.resilience.cases [--cases 2000] [--seed 1]. Starts its own PostgreSQL, mail server, two workers
and scheduler. While submissions are sent, workers are killed (SIGKILL) at random moments, the database is stopped as by
a power cut and started again, and the mail server refuses for an hour, by a clock that all processes share.

SMTP cannot exclude duplicates: a worker that dies after the server accepted an e-mail and before this is stored sends
it again, with the same Message-ID. So at most as many e-mails arrive twice as workers were killed.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from queue import Empty, SimpleQueue
from random import Random

import django

from tests.benchmarks.postgresql import Server, server
from tests.resilience import mail_server, shared_clock
from tests.resilience.reporting import report_and_exit

WORKERS = ("worker-1", "worker-2")
SENDERS = 2
LETTERS = 4  # e-mails of each case: the receipt, one to the other team, and two messages
STAGES = [
    {"key": "transmettre", "type": "team", "settings": {"team": "police"}},
    {"key": "dire", "type": "notify", "settings": {"subject": "En route", "text": "Votre demande avance."}},
    {"key": "attendre", "type": "wait", "settings": {"days": 1}},
    {"key": "finir", "type": "notify", "settings": {"subject": "Fini", "text": "Tout est prêt."}},
]
LONGEST = 3600  # seconds that a run may take
LONGEST_LIFE = 2.5  # processor seconds after which a worker is killed at the latest


class Run:
    """A run: the started processes, the failures, and the counts."""

    def __init__(self, cases: int, seed: int, database: Server, folder: Path):
        self.cases, self.random, self.database, self.folder = cases, Random(seed), database, folder
        self.mail = mail_server.Mailroom()
        self.sent, self.pressed_again = 0, 0
        self.kills, self.cuts = Counter(), 0
        self.calm = threading.Event()  # set when the failures are over
        self.began = time.monotonic()

    # -- Sending ---------------------------------------------------------------------------------------------
    def send_all(self, drafts: SimpleQueue) -> None:
        """Send drafts as applicants do, who send again if they get no answer."""
        from django.db import DatabaseError, InterfaceError, close_old_connections, connection

        from eservices.submissions import actions

        while True:
            try:
                draft = drafts.get_nowait()
            except Empty:
                connection.close()
                return
            while True:
                try:
                    actions.submit(actor=None, draft=draft)
                    break
                except actions.AlreadySent:
                    break
                except (DatabaseError, InterfaceError):
                    self.pressed_again += 1
                    connection.close()
                    close_old_connections()
                    time.sleep(0.3)
            self.sent += 1

    # -- Failures --------------------------------------------------------------------------------------------
    def kill_at_random(self) -> None:
        """Kill each process after a random processor time, so that the load of the machine changes nothing."""
        lives = {name: self.random.uniform(0, LONGEST_LIFE) for name in (*WORKERS, "scheduler")}
        while not self.calm.wait(0.05):
            for name, most in lives.items():
                with suppress(FileNotFoundError, ValueError, ProcessLookupError):
                    pid = int((self.folder / name).read_text())
                    if processor_seconds(pid) > most:
                        os.kill(pid, signal.SIGKILL)
                        self.kills[name] += 1
                        lives[name] = self.random.uniform(0, LONGEST_LIFE)

    def cut_the_power(self) -> None:
        """Stop the database abruptly and start it again."""
        self.database.cut()
        self.cuts += 1
        time.sleep(1)
        self.database.start()

    def refuse_mail_for_an_hour(self) -> None:
        self.mail.refusing = True
        for _ in range(6):
            time.sleep(1.5)
            shared_clock.move(timedelta(minutes=10))
        self.mail.refusing = False

    def inject_faults(self) -> None:
        """Cause failures when a quarter, a half and three quarters of the submissions are sent."""
        for share, happen in (
            (0.25, self.cut_the_power),
            (0.5, self.refuse_mail_for_an_hour),
            (0.75, self.cut_the_power),
        ):
            while self.sent < share * self.cases:
                time.sleep(0.05)
            self.say(f"{self.sent} requests sent: {happen.__name__.replace('_', ' ')}")
            happen()

    # -- The end ---------------------------------------------------------------------------------------------
    def wait_for_the_end(self) -> None:
        """Wait until every case is closed and every e-mail is sent; the shared clock runs faster."""
        from django.db import DatabaseError, InterfaceError, connection

        from eservices.cases.models import Case
        from eservices.deliveries.models import Delivery

        pause = timedelta()
        while time.monotonic() - self.began < LONGEST:
            time.sleep(3)
            shared_clock.move(pause)
            try:
                cases, letters = Case.objects.open().count(), Delivery.objects.open().count()
            except (DatabaseError, InterfaceError):
                connection.close()
                continue
            self.say(f"{cases} cases open, {letters} letters to send")
            pause = timedelta(minutes=3) if letters else timedelta(days=1)  # longer than every wait
            if cases + letters < self.cases * 0.05:
                self.calm.set()
            if not cases + letters:
                return
        raise SystemExit("The run did not come to its end.")

    def faults(self) -> list[str]:
        """Return everything that did not happen as promised."""
        from django.db.models import Count

        from eservices.cases import audit_log
        from eservices.cases.models import Case, CaseEvent, CaseStage
        from eservices.deliveries.models import Delivery
        from eservices.deliveries.transports import message_id_for
        from eservices.submissions.models import Submission

        found = []
        if not self.cases == Submission.objects.count() == Case.objects.count():
            found.append(f"{Submission.objects.count()} submissions and {Case.objects.count()} cases")
        if undone := CaseStage.objects.exclude(progress=CaseStage.Progress.DONE).count():
            found.append(f"{undone} stages were not done")
        done = CaseEvent.objects.filter(kind="stage").values("case").annotate(n=Count("pk"))
        if other := done.exclude(n=len(STAGES)).count():
            found.append(f"{other} cases whose stages did not happen once each")
        if blamed := CaseEvent.objects.filter(kind="fault").count():
            found.append(f"{blamed} faults were blamed on stages")
        letters = Delivery.objects.values("subject").annotate(n=Count("pk")).exclude(n=LETTERS).count()
        if letters:
            found.append(f"{letters} cases with other than {LETTERS} letters")
        sent = {message_id_for(one) for one in Delivery.objects.filter(state=Delivery.State.DONE).only("pk")}
        if lost := len(sent - set(self.mail.received)) + LETTERS * self.cases - len(sent):
            found.append(f"{lost} letters were lost")
        if self.doubled > sum(self.kills.values()) + self.cuts * len(WORKERS):
            found.append(f"{self.doubled} letters arrived twice, more than was killed")
        return found + list(audit_log.audit_errors())[:5]

    @property
    def doubled(self) -> int:
        return sum(times - 1 for times in self.mail.received.values())

    def figures(self) -> dict:
        return {
            "cases": self.cases,
            "seconds": round(time.monotonic() - self.began),
            "workers_killed": sum(self.kills[name] for name in WORKERS),
            "scheduler_killed": self.kills["scheduler"],
            "database_cuts": self.cuts,
            "pressed_again": self.pressed_again,
            "letters": LETTERS * self.cases,
            "letters_refused_at_first": self.mail.refused,
            "letters_doubled": self.doubled,
        }

    def say(self, text: str) -> None:
        print(f"{time.monotonic() - self.began:6.0f} s  {text}", flush=True)


def processor_seconds(pid: int) -> float:
    """Return the processor time that a process has used, in seconds, as Linux counts it."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def prepared(cases: int) -> SimpleQueue:
    """Create a migrated database, two teams and a service, and return completed drafts."""
    from django.core.management import call_command

    from eservices.submissions.models import Draft
    from tests.factories.cases import TeamFactory
    from tests.factories.submissions import DraftFactory, FormVersionFactory, certificate

    call_command("migrate", verbosity=0)
    TeamFactory()
    TeamFactory(key="police", name="Police", email="police@orvenay.example")
    content = certificate(stages=STAGES)
    del content["settings"]["days"]  # without a deadline no lead is notified, so that e-mails can be counted
    version = FormVersionFactory(content=content)
    Draft.objects.bulk_create(DraftFactory.build_batch(cases, complete=True, version=version))
    waiting = SimpleQueue()
    for draft in Draft.objects.select_related("version__form"):
        waiting.put(draft)
    return waiting


@contextmanager
def processes(folder: Path):
    """Run two workers and a scheduler, each restarted at once when it is killed."""
    commands = {name: ["worker", "--name", name, "--interval", "0.1"] for name in WORKERS}
    started = []
    try:
        for name, command in (commands | {"scheduler": ["scheduler"]}).items():
            log = (folder / f"{name}.log").open("w")
            call = [sys.executable, "-m", "tests.resilience.restarter", str(folder / name), *command]
            started.append(subprocess.Popen(call, stdout=log, stderr=log))
        yield
    finally:
        for one in started:
            one.terminate()
        for one in started:
            one.wait(timeout=120)


def run(cases: int, seed: int) -> tuple[dict, list[str]]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="commune-resilience-")))
        database = stack.enter_context(server())
        one = Run(cases, seed, database, folder)
        smtp = mail_server.started(one.mail)
        stack.callback(smtp.stop)
        (folder / "clock").write_text("0")
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "tests.resilience.settings",
            "COMMUNE_VAR": str(folder / "var"),
            "DATABASE_URL": database.url,
            "MAIL_URL": f"smtp://{smtp.hostname}:{smtp.port}",
            shared_clock.FILE: str(folder / "clock"),
        }
        django.setup()
        shared_clock.install()
        drafts = prepared(cases)
        one.say(f"{cases} requests are filled in")
        stack.enter_context(processes(folder))
        senders = [threading.Thread(target=one.send_all, args=(drafts,)) for _ in range(SENDERS)]
        killer = threading.Thread(target=one.kill_at_random)
        for thread in (*senders, killer):
            thread.start()
        try:
            one.inject_faults()
            for thread in senders:
                thread.join()
            one.wait_for_the_end()
        finally:
            one.calm.set()
            killer.join()
        return one.figures(), one.faults()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Ended from outside."))
    figures, faults = run(arguments.cases, arguments.seed)
    report_and_exit(figures, faults)


if __name__ == "__main__":
    main()
