"""Mail server that accepts everything and stores only the recipients.

Run by ``python -m tests.benchmarks.smtp_sink PORT FILE``. Each e-mail is a line, written before it is accepted, so that
the file contains every e-mail whose acceptance the sender has seen.
"""

import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from aiosmtpd.controller import Controller

from tests.benchmarks.server import HOST, free_port


class Sink:
    """SMTP handler that writes the recipient of each e-mail to a file."""

    def __init__(self, file: Path):
        self.file = file.open("ab", buffering=0)

    async def handle_DATA(self, server, session, envelope):
        self.file.write(f"{envelope.rcpt_tos[0]}\n".encode())
        return "250 taken"


@contextmanager
def running(file: Path):
    """Run a sink in a separate process and yield its port."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "tests.benchmarks.smtp_sink", str(port), str(file)])
    try:
        while not file.exists():
            if process.poll() is not None:
                raise SystemExit("The mail server did not start.")
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def main() -> None:
    port, file = int(sys.argv[1]), Path(sys.argv[2])
    server = Controller(Sink(file), hostname=HOST, port=port)
    server.start()
    try:
        while True:
            time.sleep(3600)
    finally:
        server.stop()


if __name__ == "__main__":
    main()
