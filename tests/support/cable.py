"""A connection to the live server that is pulled at a chosen request."""

from threading import get_ident

from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import WSGIRequestHandler


class Cable:
    """The requests to some addresses. From one of them on they get no answer, until the cable is in again.

    ``pull_at``: the number of the request that gets no answer, because it does not arrive, or, if ``answered``,
    because its response is lost.
    """

    def __init__(self, monkeypatch, prefix: str) -> None:
        self.prefix, self.requests, self.is_out = prefix, [], False
        self.point, self.answered = None, False
        self.cut: set[int] = set()  # threads that close their connection
        real, handle = WSGIHandler.get_response, WSGIRequestHandler.handle_one_request

        def get_response(handler, request):
            if not request.path.startswith(self.prefix):
                return real(handler, request)
            self.requests.append(f"{request.method} {request.path}")
            if self.is_out:
                self._close()
            self.is_out = len(self.requests) - 1 == self.point
            if self.is_out and not self.answered:
                self._close()
            response = real(handler, request)
            if self.is_out:
                self._close()
            return response

        def handle_one_request(handler):
            handle(handler)
            if get_ident() in self.cut:
                self.cut.discard(get_ident())
                handler.close_connection = True

        monkeypatch.setattr(WSGIHandler, "get_response", get_response)
        monkeypatch.setattr(WSGIRequestHandler, "handle_one_request", handle_one_request)

    def pull_at(self, point: int | None, *, answered: bool = False) -> None:
        self.requests, self.is_out, self.point, self.answered = [], False, point, answered

    def _close(self) -> None:
        """Let the server close the connection without a word."""
        self.cut.add(get_ident())
        raise ConnectionAbortedError

    def plug_in(self) -> None:
        self.is_out, self.point = False, None
