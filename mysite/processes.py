"""Processes of one commune, forked from one parent, and the replacement of their code without a pause.

At HUP the parent lets a copy try whether the new code loads, and then becomes that code itself, under the same number.
The processes of before answer and finish what they began meanwhile, at the same socket.
"""

import errno
import json
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from django.conf import settings
from django.template import engines
from django.urls import get_resolver
from django.utils.log import configure_logging
from django.utils.translation import gettext, override
from gunicorn.app.wsgiapp import WSGIApplication
from gunicorn.systemd import SD_LISTEN_FDS_START, listen_fds, sd_notify
from gunicorn.util import parse_address

from eservices.deliveries.opaque_values import opaque_engine
from home.runtime.forked_processes import GRACE, SIGNALS, ForkedProcesses

logger = logging.getLogger(__name__)

SITE = "site"
# Environment of the code that takes over: the number of the socket, and the processes of before.
LISTENER, FORMER = "COMMUNE_LISTENER", "COMMUNE_FORMER"
REFUSED = "The new code does not load."  # deploy/debian/postinst looks for a status
# Of pages and letters: an upgrade replaces the files before the processes.
TEMPLATES, LETTERS = {".html", ".txt"}, ".md"
PACKAGES = ("eservices", "home", "mysite", "news", "newsletter")
# What only commands read, the demo, and a module that only SQLite can load.
OF_COMMANDS = {
    "management",
    "migrations",
    "settings",
    "demo",
    "departures",
    "doctor",
    "sqlite_backend",
    "upgrades",
}
BACKLOG = 2048  # connections, as of gunicorn


def open_listener(bind: str) -> int:
    """Return the number of the socket: of systemd, of the code before, or a new one."""
    if LISTENER in os.environ:
        return int(os.environ[LISTENER])
    if listen_fds(unset_environment=False):
        return SD_LISTEN_FDS_START
    address = parse_address(bind)
    if isinstance(address, str):
        listener = listen_at(Path(address))
    else:
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        listener = socket.create_server(address, family=family, backlog=BACKLOG)
    listener.set_inheritable(True)
    os.environ[LISTENER] = str(listener.fileno())
    return listener.detach()


def listen_at(path: Path) -> socket.socket:
    """Return a listening socket at a path, in place of one at which nobody listens any more."""
    listener = socket.socket(socket.AF_UNIX)
    if path.is_socket():
        with socket.socket(socket.AF_UNIX) as probe:
            if probe.connect_ex(str(path)) == 0:
                raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
        path.unlink()
    listener.bind(str(path))
    path.chmod(0o666)  # the proxy is another user; its folder says who may enter
    listener.listen(BACKLOG)
    return listener


def run_site(listener: int, workers: int, application: str = "mysite.wsgi") -> None:
    """Run gunicorn, which reads gunicorn.conf.py and ``GUNICORN_CMD_ARGS`` as well."""
    os.environ.pop("NOTIFY_SOCKET", None)  # the parent says when all is ready
    sys.argv = ["gunicorn", application, "--bind", f"fd://{listener}", "--workers", str(workers)]
    sys.argv += ["--no-control-socket"]
    LoadedSite().run()


class LoadedSite(WSGIApplication):
    """Gunicorn with the application that the parent has loaded."""

    def load(self):
        configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)  # gunicorn emptied the root logger
        return super().load()


class CommuneProcesses(ForkedProcesses):
    """The processes of a commune. HUP replaces their code."""

    signals = SIGNALS | {signal.SIGHUP}

    def __init__(self, mains: dict[str, Callable[[], object]]):
        super().__init__(mains)
        self.trial = 0  # the process that tries the new code
        self.asked_again = False  # for other code, while that of before is tried or its processes finish
        self.former = {int(pid): name for pid, name in json.loads(os.environ.pop(FORMER, "{}")).items()}
        self.former_end = time.monotonic() + GRACE
        self.ready = False
        self.running.update(self.former)
        for name in set(self.former.values()) - {SITE}:
            self.due.pop(name, None)  # starts when the one before has finished its task

    def start_due(self) -> None:
        super().start_due()
        if not self.ready:
            for pid in self.former:
                self.terminate(pid)
            self.ready = True
            self.announce()
        if time.monotonic() > self.former_end:
            for pid in self.former:
                os.kill(pid, signal.SIGKILL)

    def deadlines(self) -> list[float]:
        return [*super().deadlines(), *([self.former_end] if self.former else [])]

    def announce(self, status: str = "") -> None:
        if not self.former:
            sd_notify(f"READY=1\nSTATUS={status}", logger)

    def handle_signal(self, number: int) -> None:
        """Begin to load the code again, or note that it is to be done once what goes on has ended."""
        if number == signal.SIGHUP and (self.trial or self.former):
            self.asked_again = True
        elif number == signal.SIGHUP:
            self.begin_trial()

    def begin_trial(self) -> None:
        self.asked_again = False
        sd_notify(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}", logger)
        command = [sys.executable, *sys.orig_argv[1:], "--try"]
        self.trial = os.posix_spawn(sys.executable, command, os.environ, setsigmask=())

    def ended(self, pid: int, code: int) -> None:
        if pid == self.trial:
            self.trial = 0
            self.finish_trial(code)
        elif pid in self.former:
            name = self.running.pop(pid)
            del self.former[pid]
            if name in self.mains and name not in self.running.values():
                self.due[name] = 0.0
            self.announce()
            if self.asked_again and not self.former:
                self.begin_trial()
        else:
            super().ended(pid, code)

    def finish_trial(self, code: int) -> None:
        """Become the new code if it loads. Otherwise nothing changes. Code that changed meanwhile is tried first."""
        if self.asked_again:
            self.begin_trial()
        elif code:
            logger.error("The new code does not load (%s): the one before goes on", code)
            self.announce(REFUSED)
        else:
            os.environ[FORMER] = json.dumps(self.running)
            os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - there is no shell on purpose


def preload_site() -> None:
    """Load what each process would load at its first requests: modules, texts, addresses and templates.

    An upgrade replaces the files before the processes, which must not meet new modules among those they have loaded.
    """
    from .monitoring.probes import loaded_migrations  # needs all apps

    import_module("mysite.wsgi")
    for package in PACKAGES:
        for name in modules_of_processes(package):
            import_module(name)
    loaded_migrations()
    for language, _name in settings.LANGUAGES:
        with override(language):
            gettext("")
            get_resolver().reverse_dict  # noqa: B018
    own = engines["django"].engine
    for folder in own.dirs:
        for path in folder.rglob("*.*"):
            if path.suffix in TEMPLATES | {LETTERS}:
                engine = opaque_engine(own) if path.suffix == LETTERS else own
                engine.get_template(path.relative_to(folder).as_posix())


def modules_of_processes(package: str) -> Iterator[str]:
    """Yield the names of the modules that a process may import at its use. Imports the packages among them."""
    for one in iter_modules(import_module(package).__path__, f"{package}."):
        if one.name.rpartition(".")[2] not in OF_COMMANDS:
            yield one.name
            if one.ispkg:
                yield from modules_of_processes(one.name)
