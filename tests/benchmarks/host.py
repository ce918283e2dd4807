"""Benchmark of many communes on one host: memory, processor and milliseconds of each.

usage: python -m tests.benchmarks.host [--communes 50] [--active 10] [--rest 240] [--template URL]. Starts PostgreSQL
with a database per commune, copies of one prepared with ``--content demo`` (or ``none``), and ``manage.py host``.
``--template``, ``--files``: a prepared database elsewhere and its COMMUNE_VAR, copied instead of building one. Nothing
may be left to do in it.

At rest no site of a commune runs; *active* ones have just been asked. A page in a share of several processes counts for
each in part (PSS). PostgreSQL runs beside and is counted for itself.
"""

import argparse
import http.client
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.benchmarks.footprint import LINKS, SETTLED, memory, processor
from tests.benchmarks.postgresql import create_database, server

PLANNED = 300  # communes of a large host
ACTIVE_SHARE = 0.5  # of them in the busiest ten minutes: more than ever ask at night, less than all
BUDGETS = {"planned_gb": 24, "rest_cpu_percent_per_commune": 1, "first_answer_ms": 1000}
MACHINE_GB = 2  # operating system, nginx, caches of files
IDLE = NEVER = 86_400  # seconds: no site ends and none is visited while it is measured
PATIENCE = 300  # seconds
LANGUAGES = ("fr", "de", "it")
ROUNDS = 3  # of jobs and tasks before the database is copied
COPIED = ("media", "cache")  # without the cache, each page is made once for it
PAGES = 20  # addresses asked of each active commune
SETTINGS = """SECRET_KEY=benchmark-{number}-{number}-{number}
ALLOWED_HOSTS={host}
COMMUNE_NAME='Commune {number}'
COMMUNE_BASE_URL=https://{host}
COMMUNE_FROM_EMAIL=noreply@{host}
MAIL_URL=smtp://127.0.0.1:9
COMMUNE_LANGUAGE={language}
COMMUNE_VAR={var}
DATABASE_URL={database}
LINK_CHECKS=0
TRUSTED_PROXIES=1
BACKUP_PROOF=0
"""


class UnixConnection(http.client.HTTPConnection):
    """A connection to the socket of a commune."""

    def __init__(self, path: Path, host: str):
        super().__init__(host, timeout=PATIENCE)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(str(self.path))


def write_communes(folder: Path, databases: list[str], files: Path) -> None:
    """Write the settings of a commune for each database, and give it the published files."""
    for place in ("communes", "sockets", "var"):
        (folder / place).mkdir()
    for number, database in enumerate(databases):
        name = f"c{number:03}"
        var = folder / "var" / name
        for place in COPIED:
            if (files / place).exists():
                shutil.copytree(files / place, var / place)
        text = SETTINGS.format(
            number=number,
            host=f"{name}.example",
            language=LANGUAGES[number % len(LANGUAGES)],
            var=var,
            database=database,
        )
        (folder / "communes" / f"{name}.env").write_text(text)


class Host:
    """A running ``manage.py host`` with the communes of a folder."""

    def __init__(self, folder: Path, number: int, every: int):
        self.folder, self.names = folder, [f"c{one:03}" for one in range(number)]
        for left in (folder / "sockets").iterdir():
            left.unlink()
        command = [sys.executable, "manage.py", "host", "--every", str(every), "--idle", str(IDLE)]
        command += ["--communes", folder / "communes", "--sockets", folder / "sockets"]
        own = {
            "DJANGO_SETTINGS_MODULE": "mysite.settings.host",
            "COMMUNE_STATIC": str(folder / "host/static"),
        }
        inherited = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
        self.log = (folder / "log").open("w")
        self.process = subprocess.Popen(command, env=inherited | own, stderr=self.log)
        self.started = time.monotonic()

    def ask(self, name: str, path: str = "/") -> tuple[int, str, float]:
        """Return status, text and milliseconds of an answer."""
        connection = UnixConnection(self.folder / "sockets" / f"{name}.sock", f"{name}.example")
        began = time.monotonic()
        try:
            connection.request("GET", path, headers={"X-Forwarded-Proto": "https"})
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
            return answer.status, text, (time.monotonic() - began) * 1000
        finally:
            connection.close()

    def wait_until_up(self) -> None:
        ends = time.monotonic() + PATIENCE
        while not (self.folder / "sockets" / f"{self.names[-1]}.sock").exists():
            if self.process.poll() is not None or time.monotonic() > ends:
                sys.exit(f"The host does not start:\n{(self.folder / 'log').read_text()}")
            time.sleep(0.1)

    def use(self, name: str) -> list[float]:
        """Follow links of the site. Return the milliseconds of each answer."""
        seen, left, times = {"/"}, ["/"], []
        while left and len(times) < PAGES:
            try:
                status, text, took = self.ask(name, left.pop(0))
            except (OSError, http.client.HTTPException):  # a busy machine, many pictures
                continue
            if status < 400:
                times.append(took)
            for link in LINKS.findall(text):
                if link not in seen and not link.startswith(("//", "/static/", "/media/")):
                    seen.add(link)
                    left.append(link)
        return times

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        self.log.close()


# -- Databases ---------------------------------------------------------------------------------------------------
def manage(url: str, folder: Path, *command: str) -> None:
    own = {"DATABASE_URL": url, "COMMUNE_VAR": str(folder), "DJANGO_SETTINGS_MODULE": "mysite.settings.dev"}
    subprocess.run(
        [sys.executable, "manage.py", *command], env=os.environ | own, check=True, stderr=subprocess.DEVNULL
    )


@contextmanager
def copies(template: str, number: int) -> Iterator[list[str]]:
    """Copy a database, which nobody may use meanwhile. Yield the addresses of the copies; delete them afterwards."""
    base, _slash, name = template.rpartition("/")
    made = [f"host_benchmark_{one:03}" for one in range(number)]
    with psycopg.connect(f"{base}/template1", autocommit=True) as connection:
        try:
            for one in made:
                connection.execute(f"DROP DATABASE IF EXISTS {one} WITH (FORCE)")
                connection.execute(f"CREATE DATABASE {one} TEMPLATE {name} STRATEGY FILE_COPY")
            yield [f"{base}/{one}" for one in made]
        finally:
            for one in made:
                connection.execute(f"DROP DATABASE IF EXISTS {one} WITH (FORCE)")


@contextmanager
def prepared(content: str, template: str | None, files: Path | None) -> Iterator[tuple[str, Path]]:
    """Start a server with a prepared database, or a copy of one. Yield its address and the folder of its files."""
    settings = {"fsync": "off", "max_connections": "400", "shared_buffers": "256MB"}
    with server(settings) as one, tempfile.TemporaryDirectory() as folder:
        url = create_database(one.url, "prepared")
        if template:
            dump = subprocess.Popen([one.tools / "pg_dump", template], stdout=subprocess.PIPE)
            subprocess.run(
                [one.tools / "psql", "-Xq", url], stdin=dump.stdout, stdout=subprocess.DEVNULL, check=True
            )
            if dump.wait():
                sys.exit(f"{template} cannot be read")
        else:
            manage(url, Path(folder), "prepare", *(["--demo"] if content == "demo" else []))
            for _round in range(ROUNDS):  # the demo has old work to do, which would be measured in each copy
                manage(url, Path(folder), "scheduler", "--once")
                manage(url, Path(folder), "worker", "--batch")
        yield url, files or Path(folder)


def server_memory(url: str) -> float:
    """Return the MiB of all processes of PostgreSQL."""
    with psycopg.connect(f"{url.rpartition('/')[0]}/template1") as connection:
        [pid] = connection.execute("SELECT pg_backend_pid()").fetchone()
        status = Path(f"/proc/{pid}/stat").read_text()
    return memory([int(status.rpartition(")")[2].split()[1])])["pss"]


# -- Measurement ---------------------------------------------------------------------------------------------------
def measured_at_rest(host: Host, database: str, rest: int) -> dict[str, float]:
    """Measure visits alone: nobody asks for a page."""
    number, pids = len(host.names), [host.process.pid]
    host.wait_until_up()
    figures: dict[str, float] = {"communes": number, "start_s": round(time.monotonic() - host.started, 1)}
    time.sleep(rest)  # each is visited for the first time, with all jobs that were never run
    spent = processor(pids)
    samples, ends = [], time.monotonic() + rest
    while time.monotonic() < ends:
        samples.append(memory(pids)["pss"])
        time.sleep(1)
    figures["rest_cpu_percent_per_commune"] = round((processor(pids) - spent) / rest * 100 / number, 3)
    figures["parent_mb"], figures["rest_mb"] = round(min(samples), 1), round(statistics.mean(samples), 1)
    figures["rest_most_mb"] = round(max(samples), 1)
    figures["rest_mb_per_commune"] = round(figures["rest_mb"] / number, 2)
    figures["rest_database_mb"] = server_memory(database)
    print(figures, flush=True)
    return figures


def measured_in_use(host: Host, database: str, active: int) -> dict[str, float]:
    """Measure sites alone: nothing is visited."""
    pids, chosen = [host.process.pid], host.names[-active:]
    host.wait_until_up()
    time.sleep(SETTLED)
    before, spent, cold, warm = memory(pids)["pss"], processor(pids), [], []
    for name in chosen:
        status, _text, took = host.ask(name)
        if status != 200:
            sys.exit(f"{name} answers {status}:\n{(host.folder / 'log').read_text()[-2000:]}")
        cold.append(took)
    first, spent = processor(pids) - spent, processor(pids)
    begun = memory(pids)["pss"]
    for name in chosen:
        warm += host.use(name)
    in_use = memory(pids)["pss"]
    return {
        "active": active,
        "first_answer_ms": round(statistics.median(cold)),
        "first_answer_slowest_ms": round(max(cold)),
        "first_answer_cpu_ms": round(first / active * 1000),
        "later_answer_ms": round(statistics.median(warm)),
        "later_answers": len(warm),
        "later_answer_cpu_ms": round((processor(pids) - spent) / len(warm) * 1000),
        "begun_mb_per_commune": round((begun - before) / active, 1),
        "active_mb_per_commune": round((in_use - before) / active, 1),
        "active_database_mb": server_memory(database),
    }


def plan(figures: dict[str, float]) -> dict[str, float]:
    """Return what ``PLANNED`` communes take.

    Those at rest take nothing each: one parent visits a few at the same time, however many there are. Active ones take
    their own memory and that of their connection.
    """
    connection = max(0, (figures["active_database_mb"] - figures["rest_database_mb"]) / figures["active"])
    each = figures["active_mb_per_commune"] + connection
    rest = figures["rest_mb"] + figures["rest_database_mb"]
    return {
        "planned": PLANNED,
        "planned_active": PLANNED * ACTIVE_SHARE,
        "planned_gb": round((rest + PLANNED * ACTIVE_SHARE * each) / 1024 + MACHINE_GB, 1),
        "planned_all_active_gb": round((rest + PLANNED * each) / 1024 + MACHINE_GB, 1),
        "planned_rest_cores": round(figures["rest_cpu_percent_per_commune"] * PLANNED / 100, 2),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--communes", type=int, default=50)
    parser.add_argument("--active", type=int, default=10)
    parser.add_argument("--rest", type=int, default=240, help="Seconds of each measurement at rest.")
    parser.add_argument("--every", type=int, default=120)
    parser.add_argument("--content", choices=["demo", "none"], default="demo")
    parser.add_argument("--template", metavar="URL")
    parser.add_argument("--files", type=Path, help="COMMUNE_VAR of the template.")
    options = parser.parse_args()
    with prepared(options.content, options.template, options.files) as (url, files):
        figures = run(options, url, files)
    for name, value in figures.items():
        print(f"{name:>30}  {value}")
    missed = [name for name, most in BUDGETS.items() if figures[name] > most]
    print(json.dumps(figures | {"budgets": BUDGETS, "missed": missed}))
    return 1 if missed else 0


def run(options: argparse.Namespace, template: str, files: Path) -> dict[str, float]:
    number, active = options.communes, min(options.active, options.communes)
    with copies(template, number) as databases, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_communes(folder, databases, files)
        collect = [sys.executable, "manage.py", "prepare"]
        own = {"DJANGO_SETTINGS_MODULE": "mysite.settings.dev", "DATABASE_URL": databases[0]}
        own |= {"COMMUNE_VAR": f"{folder}/prepared", "COMMUNE_STATIC": f"{folder}/host/static"}
        subprocess.run(collect, env=os.environ | own, check=True)
        host = Host(folder, number, options.every)
        try:
            figures = measured_at_rest(host, databases[0], options.rest)
        finally:
            host.stop()
        host = Host(folder, number, every=NEVER)
        try:
            figures |= measured_in_use(host, databases[0], active)
        finally:
            host.stop()
    return figures | plan(figures)


if __name__ == "__main__":
    sys.exit(main())
