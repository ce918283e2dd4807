"""Live server of the browser tests: the site in a thread, with database connections of its own."""

from pytest_django.live_server_helper import LiveServer


class SiteServer(LiveServer):
    """pytest-django's live server, in which WhiteNoise serves the static files, as it does in production."""

    def __init__(self) -> None:
        super().__init__("localhost", start=False)
        self.thread.static_handler = lambda application: application
        self.start()
