"""Entity tags: a program asks again cheaply, and writes only on what it has read (RFC 9110, 13.1)."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, HttpResponseBase
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
    if is_known(request, etag):
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(content, content_type="application/json")
    response["ETag"], response["Cache-Control"] = etag, cache
    return response


def tagged_file(
    request: HttpRequest, digest: str, download: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    """Return the download with the digest of its content as its tag, or 304 if the program has it already.

    The content is not opened for a 304.
    """
    etag = f'"{digest}"'
    response = HttpResponse(status=304) if is_known(request, etag) else download()
    response["ETag"] = etag
    response.setdefault("Cache-Control", "private, no-store")
    return response


def is_known(request: HttpRequest, etag: str) -> bool:
    """Return whether the program names the tag with If-None-Match."""
    known = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in known or etag in {one.removeprefix("W/") for one in known}


def refuse_stale(request: HttpRequest, etag: str) -> None:
    """Raise ``Problem`` 412 if the program names with If-Match another state than the present one."""
    wanted = parse_etags(request.headers.get("If-Match", ""))
    if wanted and "*" not in wanted and etag not in wanted:
        raise Problem(412, "The case changed after it was read. Read it again.")
