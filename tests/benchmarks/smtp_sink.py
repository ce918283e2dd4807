"""A mail server that takes everything and keeps only to whom: ``python -m tests.benchmarks.smtp_sink PORT FILE``.

One line a letter, written before the letter is accepted: what the sender was told is what stands there.
"""

import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from aiosmtpd.controller import Controller

from tests.benchmarks.server import HOST, free_port


class Sink:
    """Writes down whom a letter is for."""

    def __init__(self, file: Path):
        self.file = file.open("ab", buffering=0)

    async def handle_DATA(self, server, session, envelope):
        self.file.write(f"{envelope.rcpt_tos[0]}\n".encode())
        return "250 taken"


@contextmanager
def running(file: Path):
    """A sink in a process of its own; yields its port."""
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
