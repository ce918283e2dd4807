"""A connection to the live server that is pulled at a chosen request."""

from django.core.handlers.wsgi import WSGIHandler


class Cable:
    """The requests to some addresses. From one of them on they get no answer, until the cable is in again.

    ``pull_at``: the number of the request that gets no answer, because it does not arrive, or, if ``answered``,
    because its response is lost.
    """

    def __init__(self, monkeypatch, prefix: str) -> None:
        self.prefix, self.requests, self.is_out = prefix, [], False
        self.point, self.answered = None, False
        real = WSGIHandler.get_response

        def get_response(handler, request):
            if not request.path.startswith(self.prefix):
                return real(handler, request)
            self.requests.append(f"{request.method} {request.path}")
            if self.is_out:
                raise ConnectionAbortedError  # the server closes the connection without a word
            self.is_out = len(self.requests) - 1 == self.point
            if self.is_out and not self.answered:
                raise ConnectionAbortedError
            response = real(handler, request)
            if self.is_out:
                raise ConnectionAbortedError
            return response

        monkeypatch.setattr(WSGIHandler, "get_response", get_response)

    def pull_at(self, point: int | None, *, answered: bool = False) -> None:
        self.requests, self.is_out, self.point, self.answered = [], False, point, answered

    def plug_in(self) -> None:
        self.is_out, self.point = False, None
