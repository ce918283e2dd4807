"""The site of one commune, which ends when nobody asks for it."""

import os
import signal
import socket
import sys
import time

from django.conf import settings
from django.http.request import split_domain_port, validate_host
from gunicorn.systemd import SD_LISTEN_FDS_START
from gunicorn.workers.sync import SyncWorker

from ..processes import LoadedSite

IDLE = "COMMUNE_IDLE"  # seconds, for the process that gunicorn forks
APPLICATION = "mysite.hosting.sites:answer_own_hosts"
REFUSING = 10  # seconds, after which the settings are read again
UNAVAILABLE = b"""HTTP/1.1 503 Service Unavailable\r
Content-Type: text/plain; charset=utf-8\r
Retry-After: 120\r
Connection: close\r
\r
This site is not available. Please try again later.
"""
MISDIRECTED = b"This name leads to no site here.\n"


def run_commune_site(listener: socket.socket, idle: int) -> None:
    """Run gunicorn at the commune's socket. It takes it as one of systemd's, whose file it leaves alone."""
    os.dup2(listener.detach(), SD_LISTEN_FDS_START)
    os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1", IDLE: str(idle)}
    worker = f"{IdleTimeoutWorker.__module__}.{IdleTimeoutWorker.__qualname__}"
    sys.argv = ["gunicorn", APPLICATION, "--workers", "1", "--worker-class", worker, "--no-control-socket"]
    CommuneSite().run()


def refuse_visitors(listener: socket.socket, seconds: float = REFUSING) -> None:
    """Answer 503 while the commune has no usable settings."""
    ends = time.monotonic() + seconds
    while (left := ends - time.monotonic()) > 0:
        listener.settimeout(left)
        try:
            visitor, _address = listener.accept()
        except TimeoutError:
            return
        with visitor:
            visitor.settimeout(1)
            try:
                visitor.recv(65536)
                visitor.sendall(UNAVAILABLE)
            except OSError:
                continue


class CommuneSite(LoadedSite):
    """Gunicorn that comes and goes with its visitors, without a line in the log each time."""

    def load_config(self):
        super().load_config()
        self.cfg.logconfig_dict["loggers"]["gunicorn.error"]["level"] = "WARNING"


class IdleTimeoutWorker(SyncWorker):
    """A process that answers requests, and ends its site if there was none for a while."""

    def init_process(self):
        self.last_request, self.idle = time.monotonic(), int(os.environ[IDLE])
        super().init_process()

    def handle(self, listener, client, addr):
        super().handle(listener, client, addr)
        self.last_request = time.monotonic()

    def notify(self):
        super().notify()
        if time.monotonic() - self.last_request > self.idle:
            os.kill(self.ppid, signal.SIGTERM)
            self.last_request = time.monotonic()


def answer_own_hosts(environ, start_response):
    """Answer a request to the commune; one to another host name with 421."""
    from .. import wsgi

    host = split_domain_port(environ.get("HTTP_HOST", "").lower())[0]
    if not validate_host(host, settings.ALLOWED_HOSTS):
        headers = [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(MISDIRECTED))),
        ]
        start_response("421 Misdirected Request", headers)
        return [MISDIRECTED]
    return wsgi.application(environ, start_response)
