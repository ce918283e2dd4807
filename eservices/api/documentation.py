"""The page of the API: its OpenAPI document as HTML, from this site and without scripts."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from .endpoints import api
from .protocol.problems import Problem, problem_response


@require_safe
def show_documentation(request: HttpRequest) -> HttpResponse:
    """Show every endpoint with its parameters and answers. It is written for programmers, in English."""
    context = {
        "api": api,
        "operations": described_operations(),
        "base": request.build_absolute_uri("/api/v1"),
    }
    return render(request, "api/documentation.html", context)


def described_operations() -> list[dict]:
    """Return the endpoints in the order of their paths."""
    paths = api.get_openapi_schema()["paths"]
    return [
        {
            "path": path,
            "method": method.upper(),
            "name": one["operationId"],
            "summary": one["summary"],
            "parameters": one.get("parameters", []),
            "has_body": "requestBody" in one,
            "statuses": [str(status) for status in one["responses"]],
        }
        for path, methods in paths.items()
        for method, one in methods.items()
    ]


def unknown_address(_request: HttpRequest) -> HttpResponse:
    return problem_response(Problem(404))
