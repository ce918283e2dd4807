"""Settings of gunicorn, which reads this file where it is started at the root of the project."""

import os
import socket
from pathlib import Path

SILENCE = 600  # seconds

# No request names the place where the site is mounted: a proxy that hands on a stranger's SCRIPT_NAME would have every
# cached page link to it. The operator's own variable of this name does not count either (FORCE_SCRIPT_NAME).
forwarder_headers = ""

# The format of the site, for gunicorn's own log too, and without private links: it names the request that failed.
logconfig_dict = {
    "root": {"level": "INFO", "handlers": []},
    "loggers": {"gunicorn.error": {"level": "INFO", "handlers": ["console"], "propagate": False}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "chosen", "filters": ["mask_secrets"]}
    },
    "filters": {"mask_secrets": {"()": "mysite.log_filters.MaskSecrets"}},
    "formatters": {
        "chosen": {
            "()": "mysite.monitoring.log_formats.JsonFormatter"
            if os.environ.get("LOG_FORMAT") == "json"
            else "mysite.monitoring.log_formats.LineFormatter"
        }
    },
}


def on_starting(server):
    """Delete the counters of the processes before. Under systemd they are elsewhere, and gone."""
    folder = Path(os.environ.get("COMMUNE_VAR") or Path(__file__).resolve().parent / "var")
    for file in (folder / "metrics").glob("*.db"):
        file.unlink(missing_ok=True)


def when_ready(server):
    """Have the kernel hand a connection over once it has said something.

    Browsers open connections in advance and leave them silent. A sync worker has one request at a time and would wait
    for such a connection as long as its timeout lasts.
    """
    for listener in server.LISTENERS if hasattr(socket, "TCP_DEFER_ACCEPT") else []:
        if listener.sock.family != socket.AF_UNIX:
            listener.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, SILENCE)
    if any(isinstance(address, int) for address in server.cfg.address):
        server.systemd = True  # the socket is of another process, too: its file is not deleted at the end
