"""A connection to the live server that is pulled at a chosen request."""

import re
from threading import get_ident

from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import WSGIRequestHandler


class Cable:
    """The requests to some addresses. From some of them on they get no answer, each time until the cable is in again.

    ``pull_at``: the request that gets no answer, because it does not arrive, or, if ``answered``, because its response
    is lost: how many were answered before it, or what it is, as in ``requests``. Each is pulled at once.
    """

    def __init__(self, monkeypatch, prefix: str) -> None:
        self.prefix, self.requests, self.is_out = prefix, [], False
        self.arrived, self.points, self.answered = 0, set[int | str](), False
        self.pulled: list[str] = []  # the requests at which the cable was pulled
        self.cut: set[int] = set()  # threads that close their connection
        real, handle = WSGIHandler.get_response, WSGIRequestHandler.handle_one_request

        def get_response(handler, request):
            if not request.path.startswith(self.prefix):
                return real(handler, request)
            path = re.sub("/d/[^/]+/", "/d/", request.path)  # without the secret of the draft
            self.requests.append(f"{request.method} {path}")
            if self.is_out:
                self._close()
            here = {self.arrived, self.requests[-1]} & self.points
            self.is_out = bool(here)
            if self.is_out:
                self.points -= here
                self.pulled.append(self.requests[-1])
                if not self.answered:
                    self._close()
            response = real(handler, request)
            if self.is_out:
                self._close()
            self.arrived += 1
            return response

        def handle_one_request(handler):
            handle(handler)
            if get_ident() in self.cut:
                self.cut.discard(get_ident())
                handler.close_connection = True

        monkeypatch.setattr(WSGIHandler, "get_response", get_response)
        monkeypatch.setattr(WSGIRequestHandler, "handle_one_request", handle_one_request)

    def pull_at(self, *points: int | str, answered: bool = False) -> None:
        self.requests, self.pulled, self.is_out = [], [], False
        self.arrived, self.points, self.answered = 0, set(points), answered

    def _close(self) -> None:
        """Let the server close the connection without a word."""
        self.cut.add(get_ident())
        raise ConnectionAbortedError

    def plug_in(self) -> None:
        self.is_out = False
