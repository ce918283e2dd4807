"""Benchmark of the home page behind nginx with the shipped site, against a static file of nginx of the same size.

usage: python -m tests.benchmarks.proxy_cache [--requests 20000]. Starts nginx with deploy/nginx, and the site of a new
commune with an SQLite of its own. All requests are over TLS, on connections that stay open.

On a busy machine the processor times count: those of nginx, and of the site where it is asked. The budget is for their
ratio.
"""

import argparse
import json
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path

from tests.benchmarks.journeys import ENVIRONMENT
from tests.benchmarks.server import HOST, gunicorn_process, processor_seconds
from tests.support.nginx import NAME, Nginx, running_nginx

BUDGET = 0.7  # of the static file
CONNECTIONS = 8
REQUESTS_PER_CONNECTION = 900  # nginx closes one after a thousand
STATIC = "images/page.html"
READER = "Cookie: look=dark\r\n"
PAST_THE_CACHE = "Cookie: something=else\r\n"


def request(path: str, headers: str) -> bytes:
    head = f"GET {path} HTTP/1.1\r\nHost: {NAME}\r\nAccept-Encoding: gzip\r\nUser-Agent: measured\r\n"
    return f"{head}{headers}\r\n".encode()


class Connection:
    """A connection to nginx that stays open."""

    def __init__(self, port: int):
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        raw = socket.create_connection((HOST, port), 60)
        self.socket = trusting.wrap_socket(raw, server_hostname=NAME)
        self.buffer = memoryview(bytearray(1024 * 1024))

    def ask(self, sent: bytes) -> bytes:
        """Send a request, and return the body of its answer."""
        self.socket.sendall(sent)
        read, end, head = 0, None, 0
        while end is None or read < end:
            read += (received := self.socket.recv_into(self.buffer[read:]))
            if not received:
                raise SystemExit("nginx closed the connection")
            if end is None and (head := bytes(self.buffer[:read]).find(b"\r\n\r\n")) > 0:
                lines = bytes(self.buffer[:head]).lower().split(b"\r\n")
                if b" 200 " not in lines[0]:
                    raise SystemExit(f"The answer was {lines[0]}")
                [length] = [line for line in lines if line.startswith(b"content-length:")]
                end = head + 4 + int(length.split(b":")[1])
        return bytes(self.buffer[head + 4 : end])


def measure(nginx: Nginx, site: int, sent: bytes, requests: int) -> dict[str, float]:
    """Send a request so many times. Return the rate, and the processor time of nginx and site for one."""
    share = requests // CONNECTIONS

    def ask_all() -> None:
        for number in range(share):
            if number % REQUESTS_PER_CONNECTION == 0:
                connection = Connection(nginx.port)
            connection.ask(sent)

    Connection(nginx.port).ask(sent)
    threads = [threading.Thread(target=ask_all) for _ in range(CONNECTIONS)]
    before, start = processor_seconds(nginx.process.pid, site), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took, used = time.perf_counter() - start, processor_seconds(nginx.process.pid, site) - before
    number = share * CONNECTIONS
    return {"requests_per_s": round(number / took), "cpu_us": round(used / number * 1_000_000, 1)}


def measured(requests: int) -> dict[str, dict[str, float]]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="commune-proxy-")))
        (folder / "proxy").mkdir()
        os.environ |= ENVIRONMENT | {
            "ALLOWED_HOSTS": NAME,
            "COMMUNE_BASE_URL": f"https://{NAME}",
            "COMMUNE_VAR": str(folder / "var"),
            "MAIL_URL": f"smtp://{HOST}:9",
        }
        subprocess.run([sys.executable, "manage.py", "prepare"], check=True, stdout=subprocess.DEVNULL)
        site, port = stack.enter_context(gunicorn_process(ENVIRONMENT["DJANGO_SETTINGS_MODULE"], 2))
        nginx = stack.enter_context(running_nginx(folder / "proxy", port))
        page, past = request("/", READER), request("/", PAST_THE_CACHE)
        for _ in range(40):  # both processes of the site have their templates
            body = Connection(nginx.port).ask(past)
        (nginx.folder / "media/images").mkdir(parents=True)
        (nginx.folder / "media" / STATIC).write_bytes(body)
        static = request(f"/media/{STATIC}", "")
        rows = {}
        for name, sent, number in (
            ("static", static, requests),
            ("cached", page, requests),
            ("past the cache", past, requests // 10),
        ):
            rows[name] = measure(nginx, site.pid, sent, number)
        rows["page"] = {"bytes": len(body)}
    for row in (rows["cached"], rows["past the cache"]):
        for key in ("requests_per_s", "cpu_us"):
            ratio = row[key] / rows["static"][key]
            row[f"{key}_of_static"] = round(ratio if key == "requests_per_s" else 1 / ratio, 3)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=20_000)
    rows = measured(parser.parse_args().requests)
    for name, row in rows.items():
        print(f"{name:16}", *(f"{key} {value}" for key, value in row.items()), sep="  ")
    missed = [] if rows["cached"]["cpu_us_of_static"] >= BUDGET else ["cached"]
    print(json.dumps({"figures": rows, "budget": BUDGET, "missed": missed}))
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
