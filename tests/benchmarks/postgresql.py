"""Temporary PostgreSQL server for benchmarks."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.benchmarks.server import HOST, free_port

OF_THE_DISK = ("fsync", "synchronous_commit", "full_page_writes")


class Server:
    """A server in a folder, on a free port. ``settings``: parameters that differ from the defaults."""

    def __init__(self, folder: Path, settings: dict[str, str] | None = None):
        binaries = sorted(
            Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
        )
        if not binaries:
            raise SystemExit("No PostgreSQL server is installed: apt install postgresql.")
        self.tools, self.folder, self.port = binaries[-1].parent, folder, free_port()
        chosen = {"listen_addresses": HOST, "unix_socket_directories": folder} | (settings or {})
        self.options = " ".join(
            [f"-p {self.port}", *(f"-c {name}={value}" for name, value in chosen.items())]
        )
        if os.geteuid() == 0:  # the server refuses to run as root
            shutil.chown(folder, "postgres")
        self.create()

    def create(self) -> None:
        self._run("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8")

    @property
    def url(self) -> str:
        """The URL of its database."""
        return f"postgres://postgres@{HOST}:{self.port}/postgres"

    def start(self) -> None:
        self._run("pg_ctl", "--wait", f"--log={self.folder}/log", f"--options={self.options}", "start")

    def stop(self) -> None:
        self._run("pg_ctl", "--mode=fast", "stop")

    def cut(self) -> None:
        """Stop the server as a power cut would: it recovers at the next start."""
        self._run("pg_ctl", "--mode=immediate", "stop")

    def _run(self, tool: str, *arguments: str) -> None:
        user = {"user": "postgres"} if os.geteuid() == 0 else {}
        command = [self.tools / tool, f"--pgdata={self.folder}/data", *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", **user)


class Replica(Server):
    """A server that follows another one by streaming."""

    def __init__(self, folder: Path, primary: Server):
        self.primary = primary
        super().__init__(folder)

    def create(self) -> None:
        source = f"--dbname=host={HOST} port={self.primary.port} user=postgres"
        self._run("pg_basebackup", source, "--write-recovery-conf", "--checkpoint=fast")


@contextmanager
def server(settings: dict[str, str] | None = None):
    """Start an empty server; remove it afterwards."""
    with _started(lambda folder: Server(folder, settings)) as one:
        yield one


@contextmanager
def replica(primary: Server):
    """Start a replica of a server; remove it afterwards."""
    with _started(lambda folder: Replica(folder, primary)) as one:
        yield one


@contextmanager
def _started(create: Callable[[Path], Server]):
    folder = Path(tempfile.mkdtemp(prefix="commune-benchmark-"))
    try:
        one = create(folder)
        one.start()
        try:
            yield one
        finally:
            one.stop()
    finally:
        shutil.rmtree(folder)


@contextmanager
def postgresql(settings: dict[str, str] | None = None):
    """Start an empty server and yield the URL of its database."""
    with server(settings) as one:
        yield one.url


@contextmanager
def in_haste(url: str):
    """Disable writing to disk within the block: data that is lost in a power cut would be created again."""
    with psycopg.connect(url, autocommit=True) as connection:
        for name in OF_THE_DISK:
            connection.execute(f"ALTER SYSTEM SET {name} = off")
        connection.execute("SELECT pg_reload_conf()")
        yield
        for name in OF_THE_DISK:
            connection.execute(f"ALTER SYSTEM RESET {name}")
        connection.execute("SELECT pg_reload_conf()")
        connection.execute("CHECKPOINT")  # no pending writes are left to slow down the measurement


def create_database(url: str, name: str) -> str:
    """Create another database on the server. Return its URL."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 LOCALE 'C.UTF-8' ENCODING 'UTF8'")
    return f"{url.rpartition('/')[0]}/{name}"
