"""The API, version 1: its endpoints and how it answers errors."""

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from home.exceptions import ActionRefused

from .case_endpoints import router as case_router
from .draft_endpoints import router as draft_router
from .list_endpoints import router as list_router
from .protocol.problems import CONTENT_TYPE, Problem, problem_response
from .public_endpoints import router as public_router


class DescribedApi(NinjaAPI):
    """The API, whose description gives errors the content type that they have."""

    def get_openapi_schema(self, **options):
        schema = super().get_openapi_schema(**options)
        answers = (
            (int(status), answer)
            for methods in schema["paths"].values()
            for operation in methods.values()
            for status, answer in operation["responses"].items()
        )
        for status, answer in answers:
            if status >= 400 and "application/json" in answer.get("content", {}):
                answer["content"] = {CONTENT_TYPE: answer["content"]["application/json"]}
        return schema


api = DescribedApi(
    title="Commune API",
    version="1",
    urls_namespace="api-1",
    docs_url=None,
    description=(
        "Version 1. Within it, endpoints and fields are only added; a program ignores those that it does not know. "
        "What will end is announced at least twelve months before, by the headers Deprecation and Sunset."
    ),
)
api.add_router("", public_router)
api.add_router("", case_router)
api.add_router("", draft_router)
api.add_router("", list_router)


@api.exception_handler(Problem)
def on_problem(_request: HttpRequest, problem: Problem) -> HttpResponse:
    return problem_response(problem)


@api.exception_handler(Http404)
def on_not_found(_request: HttpRequest, _fault: Http404) -> HttpResponse:
    return problem_response(Problem(404))


@api.exception_handler(ActionRefused)
def on_refusal(_request: HttpRequest, refusal: ActionRefused) -> HttpResponse:
    return problem_response(Problem(409, str(refusal)))


@api.exception_handler(HttpError)
def on_http_error(_request: HttpRequest, fault: HttpError) -> HttpResponse:
    return problem_response(Problem(fault.status_code, str(fault)))


@api.exception_handler(ValidationError)
def on_invalid(_request: HttpRequest, fault: ValidationError) -> HttpResponse:
    """Name what is wrong and where, without repeating the input, which may be personal."""
    errors = [
        {"where": ".".join(str(part) for part in one.get("loc", ())), "what": one.get("msg", "")}
        for one in fault.errors
    ]
    return problem_response(Problem(422, "The request does not fit the description.", errors=errors))
