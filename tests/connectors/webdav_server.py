"""A WebDAV server on this machine for tests of record transfers, and a server whose answer never ends."""

import socket
from contextlib import contextmanager, suppress
from threading import Event, Thread

from cheroot import wsgi
from wsgidav.wsgidav_app import WsgiDAVApp


@contextmanager
def webdav_server(folder, user="ged", password="schlüssel", proxy=None):
    """Serve ``folder``; yield the address in the format of ``GED_URL``. ``proxy``: a WSGI application around it."""
    app = WsgiDAVApp(
        {
            "provider_mapping": {"/": str(folder)},
            "http_authenticator": {"domain_controller": None, "accept_basic": True, "accept_digest": False},
            "simple_dc": {"user_mapping": {"*": {user: {"password": password}}}},
            "logging": {"enable": False},
            "verbose": 0,
            "lock_storage": True,
        }
    )
    server = wsgi.Server(("127.0.0.1", 0), proxy(app) if proxy else app)
    server.expiration_interval = 0.01  # seconds after which it notices that it was stopped
    server.prepare()
    thread = Thread(target=server.serve, daemon=True)
    thread.start()
    host, port = server.bind_addr
    try:
        yield f"webdav://{user}:{password}@{host}:{port}/"
    finally:
        server.stop()
        thread.join(5)


@contextmanager
def dripping(begins: bytes = b""):
    """Serve an answer that never ends, one byte at a time; requests are read as slowly."""
    over = Event()

    def drip():
        theirs, _address = listening.accept()
        with theirs, suppress(OSError):
            theirs.sendall(begins)
            for _time in range(600):
                if over.wait(0.1):
                    return
                theirs.recv(1)
                theirs.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=drip, daemon=True)
        thread.start()
        try:
            yield f"webdav://127.0.0.1:{listening.getsockname()[1]}/"
        finally:
            over.set()
            thread.join(5)
