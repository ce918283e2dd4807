"""Entity tags: a program asks again cheaply, and writes only on what it has read (RFC 9110, 13.1)."""

import hashlib
import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags

from .problems import Problem


def json_bytes(body: Any) -> bytes:
    return json.dumps(body, cls=DjangoJSONEncoder, ensure_ascii=False).encode()


def etag_of(body: Any) -> str:
    """Return the strong tag of a body that is answered as JSON."""
    return f'"{hashlib.sha256(json_bytes(body)).hexdigest()[:32]}"'


def tagged_response(request: HttpRequest, body: Any, *, cache: str = "private, no-cache") -> HttpResponse:
    """Return the body as JSON with its tag, or 304 if the program has it already."""
    content = json_bytes(body)
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if known and ("*" in known or etag in {one.removeprefix("W/") for one in known}):
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(content, content_type="application/json")
    response["ETag"], response["Cache-Control"] = etag, cache
    return response


def refuse_stale(request: HttpRequest, etag: str) -> None:
    """Raise ``Problem`` 412 if the program names with If-Match another state than the present one."""
    wanted = parse_etags(request.headers.get("If-Match", ""))
    if wanted and "*" not in wanted and etag not in wanted:
        raise Problem(412, "The case changed after it was read. Read it again.")
