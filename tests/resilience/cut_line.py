"""A line between two programs on this machine, which the run cuts."""

import socket
import threading
import time
from contextlib import suppress

from tests.benchmarks.server import HOST


class Line:
    """A port that leads to another one. While it is cut, open connections end and new ones are refused."""

    def __init__(self, target: int):
        self.target, self.is_cut = target, False
        self.open: set[socket.socket] = set()
        self.listener = socket.create_server((HOST, 0), backlog=256)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, seconds: float) -> None:
        self.is_cut = True
        for one in list(self.open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        time.sleep(seconds)
        self.is_cut = False

    def _accept(self) -> None:
        while True:
            near, _address = self.listener.accept()
            try:
                if self.is_cut:
                    raise ConnectionRefusedError
                far = socket.create_connection((HOST, self.target), 5)
                far.settimeout(None)
            except OSError:
                near.close()
                continue
            self.open |= {near, far}
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._pass_on, args=(one, other, one is near), daemon=True).start()

    def passes(self, read: bytes, *, is_request: bool) -> bool:
        """Return whether these bytes arrive; the connection ends if not."""
        return True

    def _pass_on(self, one: socket.socket, other: socket.socket, is_request: bool) -> None:
        with suppress(OSError):
            while (read := one.recv(65536)) and self.passes(read, is_request=is_request):
                other.sendall(read)
        self.open -= {one, other}
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
