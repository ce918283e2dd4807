"""Resilience of upgrades: the old release serves while the new one is prepared, and no request notices.

usage: python -m tests.resilience.upgrade [--filings 200]. Starts its own PostgreSQL. The old release is this tree. The
next one is a copy of it with a new column in each table that a filing writes, by migrations that ``makemigrations``
writes, and with a new and a changed style sheet. While applicants fill in forms on the old site, ``prepare`` of the new
release runs, a forgotten transaction holds a lock against its migrations, and the old site loads its code again. Then
the new site takes a request, the old one another, and one more after the migrations are undone.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import requests

from tests.benchmarks import applicants
from tests.benchmarks.postgresql import in_haste, server
from tests.benchmarks.server import HOST, free_port
from tests.resilience.reporting import report_and_exit

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("mysite", "home", "news", "newsletter", "eservices", "templates", "tests", "docs", "manage.py")
SETTINGS = "tests.resilience.upgrade_settings"
APPLICANTS = 2
FORGOTTEN = 6  # seconds, longer than a migration waits for a lock
COLUMN = """

{model}.add_to_class("of_next_release", models.CharField(max_length=20, db_default="new"))
"""
WRITTEN = {  # module of the next release → its model that gets a column
    "eservices/submissions/models.py": "Draft",
    "eservices/cases/models/case.py": "Case",
    "eservices/cases/models/audit.py": "CaseEvent",
    "eservices/deliveries/models.py": "Delivery",
}
LINKED = re.compile(r"""(?:href|src)=["']?(/static/[^"'#\s>]+)""")


class Run:
    """A run: what applicants did, and what did not happen as promised."""

    def __init__(self, site: str, filings: int):
        self.site, self.filings = site, filings
        self.begun, self.sent, self.slowest = 0, 0, 0.0
        self.faults: list[str] = []
        self.files: set[str] = set()
        self.lock, self.prepared = threading.Lock(), threading.Event()

    def file_all(self) -> None:
        """File requests one after another until there are enough and the next release is prepared."""
        while self.claim():
            try:
                Applicant(self).file()
            except Exception as error:  # each is a fault of the run, whatever it is
                with self.lock:
                    self.faults.append(f"{type(error).__name__}: {error}")
            else:
                with self.lock:
                    self.sent += 1

    def file_once_more(self) -> None:
        self.filings = self.begun + 1
        self.file_all()

    def claim(self) -> bool:
        with self.lock:
            self.begun += 1
            return self.begun <= self.filings or not self.prepared.is_set()

    def check_static_files(self) -> None:
        """Ask again for every style sheet and script that a page ever named."""
        for path in sorted(self.files):
            status = requests.get(self.site + path, timeout=30).status_code
            if status != 200:
                self.faults.append(f"{path} answered {status}")

    def wait_until_sent(self, share: float) -> None:
        while self.begun < share * self.filings and not self.faults:
            time.sleep(0.05)


class Applicant(applicants.Applicant):
    """An applicant whose browser loads the style sheets and scripts of each page."""

    def __init__(self, run: Run):
        super().__init__(run.site)
        self.run = run

    def ask(self, *request, **more) -> requests.Response:
        """Send a request, follow its redirect, and load the files of the page."""
        began = time.monotonic()
        answer = super().ask(*request, **more)
        self.run.slowest = max(self.run.slowest, time.monotonic() - began)
        for path in set(LINKED.findall(answer.text)) - self.run.files:
            status = self.session.get(self.run.site + path, timeout=30).status_code
            if status != 200:
                raise applicants.Refused(f"{path} answered {status}")
            self.run.files.add(path)
        return answer


def next_release(folder: Path) -> Path:
    """Return a copy of this tree with new columns and their migrations, and with other style sheets."""
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, folder / part)
    for module, model in WRITTEN.items():
        path = folder / module
        path.write_text(path.read_text() + COLUMN.format(model=model))
    sheet = folder / "mysite/static/css/site.css"
    sheet.write_text(f"{sheet.read_text()}\n.of-next-release {{ color: red; }}\n")
    (folder / "mysite/static/css/next-release.css").write_text("a { color: red; }\n")
    package = folder / "mysite/__init__.py"
    package.write_text(f'{package.read_text()}\n__version__ += "+next"\n')
    return folder


def manage(tree: Path, *command: str) -> str:
    """Run ``manage.py`` of a release. Return what it printed."""
    call = [sys.executable, "manage.py", *command]
    done = subprocess.run(call, cwd=tree, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


@contextmanager
def site(tree: Path):
    """Serve a release by two workers, and yield the process and its address."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "mysite.wsgi", "--workers", "2", "--log-level", "error"]
    process = subprocess.Popen(
        [*command, "--bind", f"{HOST}:{port}", "--no-control-socket", "--timeout", "120"], cwd=tree
    )
    try:
        _wait_for(f"http://{HOST}:{port}/health/")
        yield process, f"http://{HOST}:{port}"
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait_for(url: str) -> None:
    for _ in range(600):
        try:
            requests.get(url, timeout=60)
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"{url} does not answer")


@contextmanager
def forgotten_transaction(url: str):
    """Hold a lock on a table, as a session that somebody left open, until a migration has waited for it for a while."""
    ended = threading.Event()

    def hold() -> None:
        with psycopg.connect(url) as forgotten, psycopg.connect(url, autocommit=True) as watching:
            forgotten.execute("SELECT count(*) FROM eservices_submissions_draft")
            while not (watching.execute(WAITING).fetchone()[0] or ended.is_set()):
                time.sleep(0.1)
            ended.wait(FORGOTTEN)

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


WAITING = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation IS NOT NULL AND NOT granted"


def prepare_contents() -> None:
    """Create the form that is filled in."""
    from tests.factories.cases import TeamFactory
    from tests.factories.submissions import FormVersionFactory

    TeamFactory()
    FormVersionFactory()


def check_result(run: Run) -> None:
    """Compare what applicants were promised with what is stored."""
    from django.db import connection

    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM eservices_submissions_submission")
        [stored] = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM eservices_cases_case WHERE of_next_release = 'new'")
        [cases] = cursor.fetchone()
    if not stored == cases == run.sent:
        run.faults.append(f"{run.sent} receipts, {stored} submissions, {cases} cases")


def run_upgrade(filings: int) -> tuple[dict, list[str]]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="commune-upgrade-")))
        database = stack.enter_context(server())
        stack.enter_context(in_haste(database.url))
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": SETTINGS,
            "COMMUNE_VAR": str(folder / "var"),
            "DATABASE_URL": database.url,
        }
        (folder / "next").mkdir()
        new = next_release(folder / "next")
        manage(ROOT, "prepare")
        import django

        django.setup()
        prepare_contents()
        manage(new, "makemigrations", "--name", "next_release")
        faults = manage(new, "shell", "--no-imports", "--command", LINT)
        process, address = stack.enter_context(site(ROOT))
        run = Run(address, filings)
        applicants = [threading.Thread(target=run.file_all, daemon=True) for _ in range(APPLICANTS)]
        for thread in applicants:
            thread.start()
        run.wait_until_sent(0.25)
        began, sent_before = time.monotonic(), run.sent
        with forgotten_transaction(database.url):
            try:
                said = manage(new, "prepare")
            finally:
                run.prepared.set()
        slowest = run.slowest
        took, sent_meanwhile = time.monotonic() - began, run.sent - sent_before
        process.send_signal(signal.SIGHUP)  # the old code loads again, with the manifest of the new release
        for thread in applicants:
            thread.join()
        run.check_static_files()
        if faults.strip():
            run.faults.append(f"The rules refuse the migrations: {faults}")
        if "Trying again" not in said:
            run.faults.append("No migration waited for the forgotten transaction")
        before = requests.get(f"{address}/health/", timeout=30).json()["version"]
        with site(new) as (_process, run.site):
            run.file_once_more()
            after = requests.get(f"{run.site}/health/", timeout=30).json()["version"]
        if after != f"{before}+next":
            run.faults.append(f"The versions are {before} and {after}")
        run.site = address  # the way back: the old code, after the new one wrote rows
        run.file_once_more()
        check_result(run)
        manage(new, "shell", "--no-imports", "--command", UNDO)
        run.file_once_more()
        return {
            "filings": run.sent,
            "sent_while_preparing": sent_meanwhile,
            "prepare_seconds": round(took, 1),
            "static_files": len(run.files),
            "slowest_while_preparing": round(slowest, 2),
            "slowest_request_seconds": round(run.slowest, 2),
        }, run.faults


LINT = """
from django.db.migrations.loader import MigrationLoader
from mysite.upgrades.migration_rules import lint_migrations, read_released
loader = MigrationLoader(None)
print("\\n".join(lint_migrations(loader, read_released(), {app for app, _ in loader.disk_migrations
                                                          if app.startswith("eservices_")})))
"""


UNDO = """
from mysite.upgrades import migration_rollback
done = {key for key in migration_rollback.applied_migrations() if key[1].endswith("_next_release")}
assert len(done) == 3, done
assert not migration_rollback.irreversible_migrations(done)
migration_rollback.undo_migrations(migration_rollback.applied_migrations() - done, done)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--filings", type=int, default=200)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Ended from outside."))
    figures, faults = run_upgrade(parser.parse_args().filings)
    report_and_exit(figures, faults)


if __name__ == "__main__":
    main()
