"""Requests that may be repeated: the same key does a thing once and gets the same answer."""

import hashlib
import re
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, JsonResponse

from ..models import ApiToken, IdempotentAnswer
from .problems import Problem

KEY = re.compile(r"[\x21-\x7e]{1,100}")


def answer_once(
    request: HttpRequest, token: ApiToken, perform: Callable[[], dict[str, Any]], *, status: int = 201
) -> JsonResponse:
    """Run ``perform`` in a transaction, once for the key of the request, and return its answer with ``status``.

    A repeated request gets the stored answer. Raise ``Problem``: 400 without a key, 422 if the key came with another
    request. A refused request stores nothing and may be repeated.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not KEY.fullmatch(key):
        raise Problem(400, "Send the header Idempotency-Key: 1 to 100 visible ASCII characters.")
    asked = f"{request.method} {request.path}\n".encode() + request.body
    digest = hashlib.sha256(asked).hexdigest()
    if known := _known(token, key):
        return _again(known, digest)
    try:
        with transaction.atomic():
            row = IdempotentAnswer.objects.create(token=token, key=key, request_digest=digest)
            row.status, row.body = status, perform()
            row.save(update_fields=["status", "body"])
    except IntegrityError:
        known = _known(token, key)
        if known is None:
            raise
        return _again(known, digest)
    return JsonResponse(row.body, status=status)


def _known(token: ApiToken, key: str) -> IdempotentAnswer | None:
    return IdempotentAnswer.objects.filter(token=token, key=key).first()


def _again(known: IdempotentAnswer, digest: str) -> JsonResponse:
    if known.request_digest != digest:
        raise Problem(422, "This Idempotency-Key was used for another request.")
    response = JsonResponse(known.body, status=known.status)
    response["Idempotent-Replayed"] = "true"
    return response
