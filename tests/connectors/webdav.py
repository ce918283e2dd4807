"""A real WebDAV server on this machine, for tests that file into one."""

from contextlib import contextmanager
from threading import Thread

from cheroot import wsgi
from wsgidav.wsgidav_app import WsgiDAVApp


@contextmanager
def webdav_server(folder, user="ged", password="schlüssel"):
    """Serves ``folder``; yields the address as ``GED_URL`` takes it."""
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
    server = wsgi.Server(("127.0.0.1", 0), app)
    server.prepare()
    thread = Thread(target=server.serve, daemon=True)
    thread.start()
    host, port = server.bind_addr
    try:
        yield f"webdav://{user}:{password}@{host}:{port}/"
    finally:
        server.stop()
        thread.join(5)
