"""Resilience of the whole: requests are filed over HTTP while everything that the site needs fails at random.

usage: python -m tests.resilience.everything [--filings 10000] [--seed 1] [--applicants 4]. Starts PostgreSQL, Redis, a
mail server and document management, and the site, worker and scheduler of a real commune by ``manage.py serve``. As
root, ``COMMUNE_VAR`` is a disk of its own, which is filled; otherwise no disk is full, and the figures say so.

Applicants fill in five steps, upload a file and send. Whoever gets an error or no answer sends the same again. At any
moment processes of site and worker, or all of them, are killed; the database loses its power; the lines to database,
cache, mail and document management are cut; mail is refused; the disk is full; the clock jumps, also back; the site
loads its code again, during which no request may fail. A backup is made and proven meanwhile.

In the end every receipt must be one case, with its file, whose stages happened once, whose letters were sent, and which
the document management has once. SMTP cannot exclude duplicates: as in ``tests.resilience.cases``, at most as many
letters arrive twice as something was cut or killed.
"""

import argparse
import hashlib
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import django
import requests

from tests.benchmarks import applicants
from tests.benchmarks.journeys import ENVIRONMENT
from tests.benchmarks.postgresql import Server, server
from tests.benchmarks.server import HOST, free_port
from tests.connectors.webdav_server import webdav_server
from tests.resilience import mail_server, shared_clock
from tests.resilience.cut_line import Line
from tests.resilience.reporting import report_and_exit

SETTINGS = "tests.resilience.everything_settings"
STAGES = [
    {"key": "transmettre", "type": "team", "settings": {"team": "police"}},
    {"key": "dire", "type": "notify", "settings": {"subject": "En route", "text": "Votre demande avance."}},
    {"key": "classer", "type": "filing", "settings": {}},
    {"key": "finir", "type": "notify", "settings": {"subject": "Fini", "text": "Tout est prêt."}},
]
LETTERS = 4  # e-mails of each case: the receipt, one to the other team, and two messages
DISK = 512  # MB
BACKUPS = 10  # attempts: a backup that a fault breaks off is made again
PATIENCE = 600  # seconds for one request to be answered in the end, and for the processes to end
LONGEST = 6 * 3600  # seconds that a run may take
REFERENCE = re.compile(r"<b>([A-Z]+-\d\d-[\w.]+)</b>")
PROCESS_NAMES = ("site", "main", "slow")


class Run:
    """A run: the started processes, the faults that it causes, and what was not as promised."""

    def __init__(self, filings: int, seed: int, folder: Path, database: Server, lines: dict[str, Line]):
        self.filings, self.random, self.folder = filings, Random(seed), folder
        self.database, self.lines = database, lines
        self.mail = mail_server.Mailroom()
        self.receipts: dict[str, str] = {}  # by e-mail address
        self.files: dict[str, str] = {}  # digest of the file, by e-mail address
        self.begun, self.again, self.dropped = 0, 0, 0
        self.happened: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.lock, self.over = threading.Lock(), threading.Event()
        self.reloading = False
        self.began = time.monotonic()
        self.site = f"http://{HOST}:{free_port()}"
        self.serve: subprocess.Popen
        self.notified = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notified.bind(str(folder / "notify"))

    # -- Applicants ------------------------------------------------------------------------------------------
    def file_all(self) -> None:
        while True:
            with self.lock:
                if self.begun == self.filings:
                    return
                self.begun += 1
            person = PatientApplicant(self)
            try:
                person.file_for_another(person.document)
            except Exception as error:  # whatever it is, it could not be sent again
                self.wrong.append(f"A request could not be sent: {type(error).__name__}: {error}"[:300])

    # -- Processes -------------------------------------------------------------------------------------------
    def start_serving(self) -> None:
        with (self.folder / "serve.log").open("a") as log:
            command = [
                sys.executable,
                "manage.py",
                "serve",
                "--bind",
                urlsplit(self.site).netloc,
                "--name",
                "worker-1",
            ]
            environment = os.environ | {"NOTIFY_SOCKET": str(self.folder / "notify")}
            self.serve = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        self.wait_for_notice()

    def wait_for_notice(self) -> None:
        """Wait until the parent says that all its processes are those that it shall have."""
        self.notified.settimeout(PATIENCE)
        while b"READY=1" not in self.notified.recv(1000):
            pass

    def wait_until_ready(self) -> None:
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            with suppress(requests.RequestException):
                if requests.get(f"{self.site}/health/ready", timeout=20).status_code == 200:
                    return
            time.sleep(0.3)
        raise SystemExit("The site is not back.")

    def children(self, pid: int) -> list[int]:
        """Return the processes that a process started, and theirs."""
        found = []
        for file in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                if int(file.read_text().rpartition(")")[2].split()[1]) == pid:
                    found.append(int(file.parent.name))
        return found + [below for one in found for below in self.children(one)]

    # -- Faults ----------------------------------------------------------------------------------------------
    def kill_a_process(self) -> None:
        if found := self.children(self.serve.pid):
            with suppress(ProcessLookupError):
                os.kill(self.random.choice(found), signal.SIGKILL)

    def kill_all(self) -> None:
        """Kill all processes and start again, as systemd does if the parent is killed."""
        for pid in [self.serve.pid, *self.children(self.serve.pid)]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.serve.wait()
        self.start_serving()

    def cut_the_power_of_the_database(self) -> None:
        self.database.cut()
        time.sleep(self.random.uniform(0.5, 3))
        self.database.start()

    def cut_the_line_to_the_database(self) -> None:
        self.lines["database"].cut(self.random.uniform(0.2, 3))

    def cut_the_line_to_the_cache(self) -> None:
        self.lines["cache"].cut(self.random.uniform(0.2, 5))

    def cut_the_line_to_mail(self) -> None:
        self.lines["mail"].cut(self.random.uniform(1, 5))

    def cut_the_line_to_the_archive(self) -> None:
        self.lines["archive"].cut(self.random.uniform(1, 5))

    def refuse_mail(self) -> None:
        self.mail.refusing = True
        time.sleep(self.random.uniform(1, 4))
        self.mail.refusing = False

    def fill_the_disk(self) -> None:
        filler = self.folder / "disk" / "filler"
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(1024 * 1024))
        time.sleep(self.random.uniform(1, 4))
        filler.unlink()

    def let_the_clock_jump(self) -> None:
        shared_clock.move(timedelta(minutes=self.random.choice([-5, 1, 10, 20])))

    def load_the_code_again(self) -> None:
        """Have the parent load the code again while nothing else fails. No request may fail meanwhile."""
        self.wait_until_ready()
        time.sleep(2)
        self.reloading = True
        self.serve.send_signal(signal.SIGHUP)
        self.wait_for_notice()
        self.wait_until_ready()
        self.reloading = False

    def cause_faults(self, full_disk: bool) -> None:
        """Cause one fault after another until the requests are filed, each kind as often as the others."""
        causes = [
            *(self.kill_a_process, self.kill_all, self.let_the_clock_jump, self.refuse_mail),
            *(self.cut_the_power_of_the_database, self.cut_the_line_to_the_database),
            *(self.cut_the_line_to_the_cache, self.cut_the_line_to_mail, self.cut_the_line_to_the_archive),
            *([self.fill_the_disk] if full_disk else []),
        ]
        waiting: list = []
        while not self.over.is_set():
            if not waiting:
                waiting = [*causes, *[self.kill_a_process] * 3]
                self.random.shuffle(waiting)
                self.load_the_code_again()
                self.happened["load_the_code_again"] += 1
            cause = waiting.pop()
            self.say(cause.__name__.replace("_", " "))
            try:
                cause()
            except Exception as error:
                self.wrong.append(f"{cause.__name__}: {type(error).__name__}: {error}")
                return
            self.happened[cause.__name__] += 1
            self.over.wait(self.random.uniform(0.5, 4))

    def back_up(self) -> None:
        """Make a backup in the middle of the run and prove it, which restores all of it elsewhere.

        A fault may break it off; then it is made again. The site makes one by itself, and one waits for the other.
        """
        while self.begun < self.filings / 2 and not self.over.is_set():
            time.sleep(0.2)
        broken, error = 0, ""
        while broken < BACKUPS:
            command = [sys.executable, "manage.py", "backup", "--prove"]
            direct = os.environ | {"DATABASE_URL": self.database.url}
            made = subprocess.run(command, env=direct, capture_output=True, text=True)
            if not made.returncode:
                self.say(made.stdout.strip().replace("\n", "; "))
                self.happened["backup_proven"] += 1
                return
            error = (made.stderr.strip().splitlines() or ["killed"])[-1]
            if "Another backup" not in error:
                broken += 1
                self.say(f"backup: {error}")
            time.sleep(2)
        self.wrong.append(f"No backup was proven: {error}")

    # -- The end ---------------------------------------------------------------------------------------------
    def wait_for_the_end(self) -> None:
        """Wait until every case is closed and every e-mail is sent; the shared clock runs faster."""
        from django.db import Error, connection

        from eservices.cases.models import Case
        from eservices.deliveries.models import Delivery

        while time.monotonic() - self.began < LONGEST:
            time.sleep(3)
            shared_clock.move(timedelta(minutes=3))
            try:
                cases, letters = Case.objects.open().count(), Delivery.objects.open().count()
            except Error:
                connection.close()
                continue
            self.say(f"{cases} cases open, {letters} deliveries to make")
            if not cases + letters:
                return
        raise SystemExit("The run did not come to its end.")

    def faults(self) -> list[str]:
        """Return everything that was not as promised."""
        from django.db.models import Count

        from eservices.cases import audit_log
        from eservices.cases.models import Case, CaseEvent, CaseStage
        from eservices.deliveries.models import Delivery
        from eservices.deliveries.transports import message_id_for
        from eservices.submissions.models import StoredFile, Submission

        found = list(self.wrong)
        cases = list(Case.objects.select_related("submission"))
        counts = len(self.receipts), Submission.objects.count(), len(cases)
        if counts != (self.filings,) * 3:
            found.append(f"{counts[0]} receipts, {counts[1]} submissions and {counts[2]} cases")
        by_email = Counter(case.submission.answers["courriel"] for case in cases)
        found += [f"{email} has {number} cases" for email, number in by_email.items() if number > 1][:5]
        ours = {case.submission.answers["courriel"]: case for case in cases}
        for email, reference in self.receipts.items():
            if email not in ours or ours[email].reference != reference:
                found.append(f"The receipt {reference} is no case of {email}")
                continue
            files = StoredFile.objects.filter(submission=ours[email].submission_id)
            digests = {hashlib.sha256(file.content.read()).hexdigest() for file in files}
            if digests != {self.files[email]}:
                found.append(f"{reference} has {len(digests)} different files")
        if undone := CaseStage.objects.exclude(progress=CaseStage.Progress.DONE).count():
            found.append(f"{undone} stages were not done")
        done = CaseEvent.objects.filter(kind="stage").values("case").annotate(n=Count("pk"))
        if other := done.exclude(n=len(STAGES)).count():
            found.append(f"{other} cases whose stages did not happen once each")
        letters = Delivery.objects.filter(carrier="email")
        sent = {message_id_for(one) for one in letters.filter(state=Delivery.State.DONE).only("pk")}
        if len(sent) != LETTERS * self.filings:
            found.append(f"{len(sent)} letters instead of {LETTERS * self.filings}")
        if lost := len(sent - set(self.mail.received)):
            found.append(f"{lost} letters were lost")
        if self.doubled > sum(self.happened.values()):
            found.append(f"{self.doubled} letters arrived twice, more than was cut or killed")
        transfers = [one.payload["folder"] for one in Delivery.objects.exclude(carrier__in=["email", "sms"])]
        there = [folder for folder in set(transfers) if not (self.folder / "archive" / folder).is_dir()]
        if len(set(transfers)) != self.filings or there:
            found.append(f"{len(set(transfers))} folders in the archive, of which {len(there)} are missing")
        if self.dropped:
            found.append(f"{self.dropped} requests failed while the code was loaded again")
        return found + list(audit_log.audit_errors())[:5]

    @property
    def doubled(self) -> int:
        return sum(times - 1 for times in self.mail.received.values())

    def figures(self) -> dict:
        return {
            "filings": self.filings,
            "seconds": round(time.monotonic() - self.began),
            "sent_again": self.again,
            "letters_doubled": self.doubled,
            "failed_while_loading_code": self.dropped,
            **self.happened,
        }

    def say(self, text: str) -> None:
        print(f"{time.monotonic() - self.began:6.0f} s  {len(self.receipts):5} filed  {text}", flush=True)


class PatientApplicant(applicants.Applicant):
    """An applicant who sends the same again after an error, and notes the reference."""

    def __init__(self, run: Run):
        super().__init__(run.site)
        self.run = run
        self.document = b"%%PDF-1.7\n%%%d\n" % self.number
        self.email = self.typed("contact")["courriel"]
        run.files[self.email] = hashlib.sha256(self.document).hexdigest()

    def ask(self, method, url, typed=None, page=None, files=None):
        ends, last = time.monotonic() + PATIENCE, None
        while time.monotonic() < ends:
            try:
                answer = super().ask(method, url, typed, page, files)
            except (applicants.Refused, requests.RequestException) as error:
                last = error
                with self.run.lock:
                    self.run.again += 1
                    if self.run.reloading:
                        self.run.dropped += 1
                        self.run.wrong.append(f"While loading the code: {error}"[:300])
                time.sleep(self.run.random.uniform(0.1, 1))
                continue
            if answer.url.endswith("/envoyee/"):
                self.run.receipts[self.email] = REFERENCE.search(answer.text)[1]
            return answer
        raise applicants.Refused(f"{last}")


@contextmanager
def disk(folder: Path):
    """Mount a disk of its own at a folder, if this user may. Yield whether it is one."""
    folder.mkdir()
    mounted = not subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK}m", "tmpfs", folder], capture_output=True
    ).returncode
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def redis(port: int):
    command = ["redis-server", "--port", str(port), "--bind", HOST, "--save", "", "--appendonly", "no"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def prepare_commune() -> None:
    """Create two teams and the service."""
    from tests.factories.cases import TeamFactory
    from tests.factories.submissions import FormFactory, FormVersionFactory, certificate

    TeamFactory()
    TeamFactory(key="police", name="Police", email="police@orvenay.example")
    content = certificate(stages=STAGES)
    del content["settings"]["days"]  # without a deadline no lead is notified, so that e-mails can be counted
    FormVersionFactory(form=FormFactory(slug=content["slug"]), content=content)


def backup_recipient() -> str:
    from mysite.backups.encryption import create_key

    return create_key()[1]


def run(filings: int, seed: int, applicants_at_once: int) -> tuple[dict, list[str]]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="commune-everything-")))
        full_disk = stack.enter_context(disk(folder / "disk"))
        (folder / "archive").mkdir()
        (folder / "backups").mkdir()
        (folder / "clock").write_text("0")
        database = stack.enter_context(server())
        cache = free_port()
        stack.enter_context(redis(cache))
        archive = urlsplit(stack.enter_context(webdav_server(folder / "archive", password="secret")))
        mail_port = 0
        lines = {"database": Line(database.port), "cache": Line(cache), "archive": Line(archive.port)}
        one = Run(filings, seed, folder, database, lines)
        smtp = mail_server.started(one.mail)
        stack.callback(smtp.stop)
        mail_port = smtp.port
        lines["mail"] = Line(mail_port)
        os.environ |= ENVIRONMENT | {
            "DJANGO_SETTINGS_MODULE": SETTINGS,
            "COMMUNE_BASE_URL": f"http://{HOST}",
            "DISK_RESERVE_MB": "1",
            "COMMUNE_VAR": str(folder / "disk"),
            "DATABASE_URL": database.url,
            "MAIL_URL": f"smtp://{HOST}:{lines['mail'].port}",
            "GED_URL": f"webdav://ged:secret@{HOST}:{lines['archive'].port}/",
            "BACKUP_URL": f"file://{folder}/backups",
            "PATH": f"{database.tools}:{os.environ['PATH']}",
            shared_clock.FILE: str(folder / "clock"),
        }
        os.environ["BACKUP_RECIPIENTS"] = (
            subprocess.run(
                [sys.executable, "manage.py", "backup", "--new-key"],
                check=True,
                capture_output=True,
                text=True,
            )
            .stderr.strip()
            .rpartition("BACKUP_RECIPIENTS=")[2]
        )
        subprocess.run([sys.executable, "manage.py", "prepare"], check=True, stdout=subprocess.DEVNULL)
        django.setup()
        prepare_commune()
        os.environ |= {
            "DATABASE_URL": database.url.replace(f":{database.port}/", f":{lines['database'].port}/"),
            "REDIS_URL": f"redis://{HOST}:{lines['cache'].port}/0",
        }
        one.say("The commune is ready")
        one.start_serving()
        stack.callback(lambda: one.serve.kill())
        one.wait_until_ready()
        filing = [threading.Thread(target=one.file_all, daemon=True) for _ in range(applicants_at_once)]
        failing = threading.Thread(target=one.cause_faults, args=(full_disk,), daemon=True)
        backup = threading.Thread(target=one.back_up, daemon=True)
        for thread in (*filing, failing, backup):
            thread.start()
        for thread in (*filing, backup):
            thread.join()
        one.over.set()
        failing.join()
        one.wait_for_the_end()
        return one.figures() | {"full_disk_tried": int(full_disk)}, one.faults()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, default in {"filings": 10_000, "seed": 1, "applicants": 4}.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Ended from outside."))
    figures, faults = run(options.filings, options.seed, options.applicants)
    report_and_exit(figures, faults)


if __name__ == "__main__":
    main()
