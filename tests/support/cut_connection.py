"""A connection that breaks in the middle."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread


@contextmanager
def cut_connection(port: int, *, sent: int = 10**9, received: int = 10**9) -> Iterator[int]:
    """Yield a port that leads to ``port``. Each connection breaks after so many bytes in one of both directions."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        Thread(target=_accept, args=(listening, port, sent, received), daemon=True).start()
        yield listening.getsockname()[1]


def _accept(listening: socket.socket, port: int, sent: int, received: int) -> None:
    with suppress(OSError):  # until the block ends
        while True:
            client, _address = listening.accept()
            server = socket.create_connection(("127.0.0.1", port))
            for source, target, most in ((client, server, sent), (server, client, received)):
                Thread(target=_pass_on, args=(source, target, most), daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket, most: int) -> None:
    with suppress(OSError):
        while most > 0 and (block := source.recv(min(65536, most))):
            target.sendall(block)
            most -= len(block)
    for one in (source, target):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()
