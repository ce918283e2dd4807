"""Errors of the API as problem details (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.http import JsonResponse

CONTENT_TYPE = "application/problem+json"


class Problem(Exception):
    """A request that is answered with an error. ``detail``: a sentence for whoever writes the program."""

    def __init__(
        self, status: int, detail: str = "", *, headers: Mapping[str, str] | None = None, **members: Any
    ) -> None:
        super().__init__(status, detail)
        self.status, self.detail, self.headers, self.members = status, detail, headers or {}, members


def problem_response(problem: Problem) -> JsonResponse:
    """Return the response of a problem. Its title is the phrase of the status, as RFC 9457 asks without a type."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
    }
    if problem.detail:
        body["detail"] = problem.detail
    response = JsonResponse(body | problem.members, status=problem.status, content_type=CONTENT_TYPE)
    response["Cache-Control"] = "no-store"
    for name, value in problem.headers.items():
        response[name] = value
    return response
