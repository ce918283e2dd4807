"""Endpoints for drafts: a program fills, and only a person sends."""

import json
from typing import Any, Literal

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone, translation
from ninja import Field, Router, Schema

from eservices.submissions import actions as submission_actions
from eservices.submissions.emails import resume_url
from eservices.submissions.prefill.answer_sources import AnswerSource, SourceKind
from eservices.submissions.prefill.programs import AnswersRefused, check_program_answers
from eservices.submissions.views import UNREADABLE

from . import access
from .authentication import TokenAuthentication, token_of
from .logic.answers_schema import wrong_shapes
from .protocol.idempotency import answer_once
from .protocol.problems import Problem
from .schemas import DraftOut, IdempotencyKey, ServiceKey
from .schemas import Problem as ProblemOut

router = Router(auth=TokenAuthentication(), tags=["Drafts"])
ERRORS = dict.fromkeys((400, 401, 404, 409, 413, 422, 429), ProblemOut)


class DraftIn(Schema):
    """Answers by the key of their question, as the schema of the service describes them."""

    model_config = {"extra": "forbid"}

    answers: dict[str, Any] = Field(min_length=1, max_length=500)
    language: str = Field("", max_length=12, description="Language of the page, as de.")
    source: Literal["program", "scan"] = Field(
        "program", description="How the program knows the answers; scan if it read them from a paper."
    )


@router.post(
    "/services/{service}/drafts",
    response={201: DraftOut} | ERRORS,
    operation_id="fill_draft",
    summary="Fill in a request that only a person sends, at the private address (scope drafts:fill)",
)
def fill_draft(
    request: HttpRequest, service: ServiceKey, body: DraftIn, idempotency_key: IdempotencyKey
) -> Any:
    token = token_of(request)
    version = access.service_for_token(token, service)
    known = dict(settings.LANGUAGES)
    language = body.language if body.language in known else settings.LANGUAGE_CODE

    source = AnswerSource(SourceKind(body.source), token.name)

    def perform() -> dict[str, Any]:
        with translation.override(language):
            answers = _checked(version.definition, body.answers, language)
        draft = submission_actions.start_draft(
            actor=None, version=version, language=language, answers=answers, source=source
        )
        return {"url": resume_url(draft), "expires_at": draft.expires_at.isoformat()}

    return answer_once(request, token, perform)


def _checked(definition: Any, answers: dict[str, Any], language: str) -> dict[str, Any]:
    """Return the answers as the form stores them. Raise ``Problem`` 422, which names the questions."""
    if UNREADABLE.search(json.dumps(answers, ensure_ascii=False)):
        raise Problem(422, "Answers have no characters that change the direction of the text.")
    errors = wrong_shapes(definition, answers)
    try:
        if not errors:
            return check_program_answers(definition, answers, language, timezone.localdate())
    except AnswersRefused as refused:
        errors = refused.errors
    rows = [{"where": f"body.answers.{key}", "what": " ".join(texts)} for key, texts in errors.items()]
    raise Problem(422, "The form does not accept these answers.", errors=rows)
