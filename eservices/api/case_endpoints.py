"""Endpoints for cases. Each fetches through ``access``, and logs the reading of a case as that of a person."""

from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from ninja import Field, Router, Schema

from eservices.cases import actions as case_actions
from eservices.cases.actions.base import lock_case
from eservices.cases.models import Case
from eservices.cases.stages import current_settings, kind_of
from eservices.documents.actions import issuing
from eservices.documents.file_responses import document_response
from eservices.submissions.file_responses import attachment_response

from . import access, case_data
from .authentication import TokenAuthentication, token_of
from .protocol.cursors import read_cursor, write_cursor
from .protocol.etags import etag_of, refuse_stale, tagged_file, tagged_response
from .protocol.idempotency import answer_once
from .protocol.problems import Problem as ProblemRaised
from .schemas import (
    CaseOut,
    CasePage,
    ChangePage,
    IdempotencyKey,
    IfMatch,
    Problem,
    Reference,
    StageKey,
    Written,
)
from .scopes import Scope

router = Router(auth=TokenAuthentication(), tags=["Cases"])
ERRORS = {
    401: Problem,
    404: Problem,
    422: Problem,
    429: Problem,
}
WRITE_ERRORS = ERRORS | {400: Problem, 409: Problem, 412: Problem, 413: Problem}
BINARY = {"schema": {"type": "string", "format": "binary"}}
FILE = {"responses": {200: {"content": {"*/*": BINARY}}}}
PDF = {"responses": {200: {"content": {"application/pdf": BINARY}}}}
LONGEST_TEXT = 10_000  # characters of a note or message


class TextIn(Schema):
    """A text to agents or to the applicant."""

    model_config = {"extra": "forbid"}

    text: str = Field(min_length=1, max_length=LONGEST_TEXT, pattern=r"\S")


class ExternalHandlingIn(Schema):
    """The state of a case at the other authority or system. What is left out stays as it was."""

    model_config = {"extra": "forbid"}

    reference: str | None = Field(None, max_length=100, description="Their reference.")
    outcome: Literal["positive", "negative", "none"] | None = Field(
        None, description="Once it is known: granted, refused, or closed without a result. It ends the stage."
    )
    note: str | None = Field(None, max_length=2000, description="A remark that agents see.")


@router.get(
    "/cases",
    response={200: CasePage, 400: Problem} | ERRORS,
    operation_id="list_cases",
    summary="List the cases of your services, the oldest first (scope cases:read)",
)
def list_cases(request: HttpRequest, cursor: str = "") -> Any:
    token = token_of(request)
    cases = access.cases_for_token(token, Scope.CASES_READ)
    after = read_cursor("cases", token.pk, cursor) if cursor else None
    rows, place = case_data.page_of_cases(cases, after)
    onward = write_cursor("cases", token.pk, place) if place else None
    return tagged_response(request, {"cases": rows, "next": onward})


@router.get(
    "/changes",
    response={200: ChangePage, 400: Problem} | ERRORS,
    operation_id="list_changes",
    summary="Follow the changes of cases (scope cases:read)",
)
def list_changes(request: HttpRequest, cursor: str = "") -> Any:
    token = token_of(request)
    access.require_scope(token, Scope.CASES_READ)
    place = read_cursor("changes", token.pk, cursor)[0] if cursor else None
    rows, last, more = case_data.changes_after(access.services_of(token), place)
    body = {"changes": rows, "next": write_cursor("changes", token.pk, [last]), "more": more}
    return tagged_response(request, body)


@router.get(
    "/cases/{reference}",
    response={200: CaseOut} | ERRORS,
    operation_id="read_case",
    summary="Read a case (scope cases:read)",
    by_alias=True,
)
def read_case(request: HttpRequest, reference: Reference) -> Any:
    token = token_of(request)
    case = access.case_for_token(token, reference, Scope.CASES_READ)
    case_actions.log_read(actor=token.account, case=case)
    return tagged_response(request, case_data.case_body(case))


@router.get(
    "/cases/{reference}/files/{file_id}",
    response={200: bytes} | ERRORS,
    operation_id="download_file",
    summary="Download a file of a case (scope cases:files)",
    openapi_extra=FILE,
)
def download_file(request: HttpRequest, reference: Reference, file_id: UUID) -> HttpResponseBase:
    token = token_of(request)
    case, stored = access.file_for_token(token, reference, file_id)
    case_actions.log_read(actor=token.account, case=case, file=stored)
    return tagged_file(request, stored.digest, lambda: attachment_response(stored))


@router.get(
    "/cases/{reference}/documents/{document_id}",
    response={200: bytes} | ERRORS,
    operation_id="download_document",
    summary="Download a document that the commune issued in a case, as PDF (scope cases:files)",
    openapi_extra=PDF,
)
def download_document(request: HttpRequest, reference: Reference, document_id: UUID) -> HttpResponseBase:
    token = token_of(request)
    document = access.document_for_token(token, reference, document_id)
    issuing.log_read(actor=token.account, document=document)
    return tagged_file(request, document.digest, lambda: document_response(document))


@router.post(
    "/cases/{reference}/claim",
    response={200: Written} | WRITE_ERRORS,
    operation_id="claim_case",
    summary="Take a case, so that agents see that your program works on it (scope cases:claim)",
)
def claim_case(
    request: HttpRequest,
    reference: Reference,
    idempotency_key: IdempotencyKey,
    if_match: IfMatch = None,
) -> Any:
    token = token_of(request)
    case = access.case_for_token(token, reference, Scope.CASES_CLAIM)

    def perform() -> dict[str, Any]:
        _refuse_stale_case(request, case)
        return {"id": case_actions.take_case(actor=token.account, case=case).reference}

    return answer_once(request, token, perform, status=200)


@router.post(
    "/cases/{reference}/notes",
    response={201: Written} | WRITE_ERRORS,
    operation_id="add_note",
    summary="Write a note that agents see and the applicant does not (scope cases:note)",
)
def add_note(
    request: HttpRequest,
    reference: Reference,
    body: TextIn,
    idempotency_key: IdempotencyKey,
    if_match: IfMatch = None,
) -> Any:
    token = token_of(request)
    case = access.case_for_token(token, reference, Scope.CASES_NOTE)

    def perform() -> dict[str, Any]:
        _refuse_stale_case(request, case)
        return {"id": str(case_actions.add_note(actor=token.account, case=case, text=body.text).pk)}

    return answer_once(request, token, perform)


@router.post(
    "/cases/{reference}/messages",
    response={201: Written} | WRITE_ERRORS,
    operation_id="send_message",
    summary="Write to the applicant (scope cases:message)",
)
def send_message(
    request: HttpRequest,
    reference: Reference,
    body: TextIn,
    idempotency_key: IdempotencyKey,
    if_match: IfMatch = None,
) -> Any:
    token = token_of(request)
    case = access.case_for_token(token, reference, Scope.CASES_MESSAGE)

    def perform() -> dict[str, Any]:
        _refuse_stale_case(request, case)
        return {"id": str(case_actions.send_message(actor=token.account, case=case, text=body.text).pk)}

    return answer_once(request, token, perform)


@router.post(
    "/cases/{reference}/stages/{stage}",
    response={200: Written} | WRITE_ERRORS,
    operation_id="record_external_handling",
    summary="Record their reference or the outcome at a stage that is handled outside (scope cases:external)",
)
def record_external_handling(
    request: HttpRequest,
    reference: Reference,
    stage: StageKey,
    body: ExternalHandlingIn,
    idempotency_key: IdempotencyKey,
    if_match: IfMatch = None,
) -> Any:
    token = token_of(request)
    case = access.case_for_external_stage(token, reference, stage)

    def perform() -> dict[str, Any]:
        _refuse_stale_case(request, case)
        data = _external_data(lock_case(case.pk), stage, body)
        case_actions.complete_stage_task(actor=token.account, case=case, stage=stage, data=data)
        return {"id": stage}

    return answer_once(request, token, perform, status=200)


def _external_data(case: Case, stage: str, body: ExternalHandlingIn) -> dict[str, Any]:
    """Return what the agents' form accepts of the body and of what is stored. The case must be locked.

    Raise ``Problem`` 422 if neither a reference nor an outcome is known.
    """
    row = case.stages.get(key=stage)
    stored = row.data.get("said", {})
    form = kind_of(row).form(case, row, current_settings(row), stored | body.dict(exclude_none=True))
    if form.is_valid():
        return dict(form.cleaned_data)
    errors = [{"where": f"body.{key}", "what": " ".join(texts)} for key, texts in form.errors.items()]
    raise ProblemRaised(422, "The stage does not accept this.", errors=errors)


def _refuse_stale_case(request: HttpRequest, case: Case) -> None:
    """Lock the case and compare its tag with If-Match, so that nothing comes between the comparison and the write."""
    if "If-Match" in request.headers:
        refuse_stale(request, etag_of(case_data.case_body(lock_case(case.pk))))
