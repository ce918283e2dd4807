"""A gateway for SMS with a memory, on the loopback. ``faults``: statuses that are answered instead."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Gateway(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.sent: dict[str, dict] = {}
        self.asked, self.faults = [], []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/messages"

    def to(self, number: str) -> list[str]:
        return [one["text"] for one in self.sent.values() if one["to"] == number]


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(dict(self.headers))
        status = self.server.faults.pop(0) if self.server.faults else 202
        if status == 202:
            self.server.sent[content["reference"]] = content
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self):
        self.server.asked.append(dict(self.headers))
        self.send_response(self.server.faults.pop(0) if self.server.faults else 405)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


@contextmanager
def gateway():
    server = Gateway()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
