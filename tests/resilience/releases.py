"""Rehearsal of the upgrade from the releases before this tree, one after the other, and of the way back.

usage: python -m tests.resilience.releases [--cases 150] [--releases 2]. Starts its own PostgreSQL. The releases are
those of ``deploy/releases.toml``, from the history; they run with the libraries of this tree. The oldest builds its
demo commune. Each next one is reached by its own ``upgrade``, with backup and restart: then no row and no file may be
missing or changed, both chains must be intact, pages must answer, and a request is filed. Then the release before runs
again with the tables of this one, takes a request too, and this one follows again.
"""

import argparse
import hashlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from contextlib import ExitStack, suppress
from pathlib import Path

import django
import psycopg
import pyrage
import requests
from psycopg import sql

from tests.benchmarks.applicants import Applicant
from tests.benchmarks.postgresql import in_haste, server
from tests.benchmarks.server import HOST, free_port
from tests.resilience.reporting import report_and_exit

ROOT = Path(__file__).resolve().parents[2]
RELEASES = ROOT / "deploy/releases.toml"
SETTINGS = "tests.resilience.upgrade_settings"
PAGES = 40
CONTENTS = "from tests.factories.submissions import FormVersionFactory; FormVersionFactory()"
RESTART = """#!/bin/sh
[ ! -e {folder}/pid ] || kill "$(cat {folder}/pid)"
while [ -e {folder}/pid ]; do sleep 0.1; done
cd {tree} && exec {python} -m gunicorn mysite.wsgi --workers 2 --bind {host}:{port} --no-control-socket \
    --daemon --pid {folder}/pid --log-file {folder}/log
"""


class Release:
    """A release: its tree, and the version that it tells."""

    def __init__(self, version: str, tree: Path):
        self.version, self.tree = version, tree

    def manage(self, *command: str) -> str:
        """Run ``manage.py`` of the release. Return what it printed."""
        call = [sys.executable, "manage.py", *command]
        done = subprocess.run(call, cwd=self.tree, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{self.version}: {' '.join(command)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout


class Rehearsal:
    """The commune that is upgraded, and what was lost on the way."""

    def __init__(self, folder: Path, database: str):
        self.folder, self.database = folder, database
        self.var, self.port = folder / "var", free_port()
        self.site = f"http://{HOST}:{self.port}"
        self.filed, self.pages = 0, 0
        self.faults: list[str] = []

    def take_release(self, version: str, commit: str) -> Release:
        """Return a release from the history. Its tree is told its version, because it was never published."""
        tree = self.folder / version
        tree.mkdir()
        archive = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=True)
        subprocess.run(["tar", "--extract"], input=archive.stdout, cwd=tree, check=True)
        subprocess.run([sys.executable, "bin/compile_messages.py"], cwd=tree, check=True, capture_output=True)
        package = tree / "mysite/__init__.py"
        package.write_text(re.sub('(?m)^(__version__ = ").*?"', rf'\g<1>{version}"', package.read_text()))
        return Release(version, tree)

    def restart_command(self, release: Release) -> str:
        script = self.folder / f"restart-{release.version}"
        script.write_text(
            RESTART.format(
                folder=self.folder, tree=release.tree, python=sys.executable, host=HOST, port=self.port
            )
        )
        return f"sh {script}"

    def run(self, release: Release) -> None:
        """Let the release answer, without preparing anything."""
        subprocess.run(self.restart_command(release).split(), check=True)
        self.wait_for(release)

    def stop(self) -> None:
        with suppress(FileNotFoundError, ProcessLookupError):
            os.kill(int((self.folder / "pid").read_text()), signal.SIGTERM)

    def wait_for(self, release: Release) -> None:
        for _ in range(300):
            with suppress(requests.RequestException):
                if requests.get(f"{self.site}/health/", timeout=60).json()["version"] == release.version:
                    return
            time.sleep(0.2)
        raise SystemExit(f"{release.version} does not answer:\n{(self.folder / 'log').read_text()[-3000:]}")

    def upgrade(self, release: Release) -> None:
        """Upgrade to the release as its operator does, and compare what is there with what was."""
        rows, files = self.read_rows(), self.read_files()
        release.manage("upgrade", "--restart", self.restart_command(release), "--address", self.site)
        self.wait_for(release)
        self.compare(release.version, rows, files)
        self.use(release)

    def compare(self, what: str, rows: dict, files: set) -> None:
        now = self.read_rows({table: columns for table, (columns, _rows) in rows.items()})
        for table, (_columns, before) in rows.items():
            if missing := before - now[table][1]:
                self.faults.append(
                    f"{what}: {len(missing)} of {len(before)} rows of {table} are missing or changed"
                )
        if missing := files - self.read_files():
            self.faults.append(f"{what}: {len(missing)} of {len(files)} files are missing or changed")

    def use(self, release: Release) -> None:
        """Visit pages, file a request, and verify both chains."""
        for path in self.published_paths():
            status = requests.get(self.site + path, timeout=60).status_code
            self.pages += 1
            if status != 200:
                self.faults.append(f"{release.version}: {path} answered {status}")
        Applicant(self.site).file_for_another(b"%%PDF-1.7\n%%%d\n" % self.filed)
        self.filed += 1
        release.manage("verify_audit")
        release.manage("verify_journal")

    def published_paths(self) -> list[str]:
        found = re.findall(
            r"<loc>https?://[^/]+([^<]*)</loc>", requests.get(f"{self.site}/sitemap.xml", timeout=60).text
        )
        return sorted(set(found))[:: max(1, len(set(found)) // PAGES)]

    def read_rows(self, tables: dict[str, list[str]] | None = None) -> dict[str, tuple[list[str], set[str]]]:
        """Return columns and digests of rows of each table; ``tables`` limits both to those of an earlier time."""
        with psycopg.connect(self.database) as connection:
            found = tables or dict(connection.execute(COLUMNS).fetchall())
            return {
                table: (columns, {digest for [digest] in connection.execute(select_digests(table, columns))})
                for table, columns in found.items()
            }

    def read_files(self) -> set[tuple[str, str]]:
        return {
            (str(path.relative_to(self.var)), hashlib.sha256(path.read_bytes()).hexdigest())
            for name in ("media", "private")
            for path in (self.var / name).rglob("*")
            if path.is_file()
        }


COLUMNS = """
SELECT table_name::text, array_agg(column_name::text ORDER BY ordinal_position) FROM information_schema.columns
JOIN information_schema.tables USING (table_schema, table_name)
WHERE table_schema = 'public' AND table_type = 'BASE TABLE' GROUP BY table_name
"""


def select_digests(table: str, columns: list[str]) -> sql.Composed:
    return sql.SQL("SELECT md5(ROW({})::text) FROM {}").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(table)
    )


def read_releases() -> list[dict[str, str]]:
    """Return the releases before this tree, newest first."""
    return tomllib.loads(RELEASES.read_text())["release"]


def rehearse(cases: int, number: int) -> tuple[dict, list[str]]:
    from mysite import __version__

    began = time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="commune-releases-")))
        database = stack.enter_context(server())
        stack.enter_context(in_haste(database.url))
        key = pyrage.x25519.Identity.generate()
        (folder / "backups").mkdir()
        rehearsal = Rehearsal(folder, database.url)
        stack.callback(rehearsal.stop)
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": SETTINGS,
            "COMMUNE_VAR": str(rehearsal.var),
            "DATABASE_URL": database.url,
            "PAYMENT_PROVIDERS": "counter",  # that of the demo is an error of check --deploy
            "BACKUP_URL": (folder / "backups").as_uri(),
            "BACKUP_RECIPIENTS": str(key.to_public()),
        }
        django.setup()  # the form that is filled in is described by factories
        past = [rehearsal.take_release(**one) for one in reversed(read_releases()[:number])]
        oldest, *later = [*past, Release(__version__, ROOT)]
        if cases:
            oldest.manage("migrate")
            oldest.manage("demo", "--cases", str(cases))
        oldest.manage("prepare", *(["--demo"] if cases else []))
        oldest.manage("shell", "--no-imports", "--command", CONTENTS)
        rehearsal.run(oldest)
        rehearsal.use(oldest)
        built = time.monotonic()
        for release in later:
            rehearsal.upgrade(release)
        before, now = [oldest, *later][-2:]
        for one in (before, now):  # back, and here again
            rows, files = rehearsal.read_rows(), rehearsal.read_files()
            rehearsal.run(one)
            rehearsal.compare(f"Back to {one.version}", rows, files)
            rehearsal.use(one)
        return {
            "releases": " → ".join(one.version for one in [oldest, *later, before, now]),
            "rows": sum(len(digests) for _columns, digests in rows.values()),
            "files": len(files),
            "pages": rehearsal.pages,
            "filings": rehearsal.filed,
            "seconds_to_build": round(built - began, 1),
            "seconds": round(time.monotonic() - began, 1),
        }, rehearsal.faults


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=150, help="Cases of the demo commune; 0: an empty one.")
    parser.add_argument("--releases", type=int, default=2, help="How many releases before this tree.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Ended from outside."))
    options = parser.parse_args()
    report_and_exit(*rehearse(options.cases, options.releases))


if __name__ == "__main__":
    main()
