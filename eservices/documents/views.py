"""Public pages: verification by code or file, and documents behind share links.

Verification shows a person who has a document, or its code, enough to compare the paper with what was issued: its
type, number, date, seal and state, and for the people it names the given name, the initial and the year of birth.
Without them a genuine code would confirm any name printed over it. Pages with a result are neither cached nor
indexed.
"""

from functools import wraps

from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from eservices.cases.actors import SYSTEM
from home.web.private_pages import private_page

from . import access, rate_limits
from .actions import issuing
from .file_responses import document_response
from .verification import file_verification
from .verification_codes import normalize_code


# -- Verification --------------------------------------------------------------------------------------------
@require_safe
@never_cache
def verify(request):
    """Show the form. A submitted code redirects to the document's own page."""
    typed = request.GET.get("code", "")[:80]
    if code := normalize_code(typed):
        return redirect("documents:verdict", code)
    return _page(request, typed=typed, empty="code" in request.GET)


@require_safe
@private_page
def verification_result(request, code: str):
    """Show the verification result for ``code``. The QR code leads here."""
    if rate_limits.too_many_codes(request):
        return _page(request, status=429, wait=True)
    document = access.document_by_code(code)
    if document is None:
        rate_limits.count_unknown_code(request)
        return _page(request, status=404, typed=code[:80], unknown=True)
    return _page(request, typed=document.code, document=document)


class InMemory(MemoryFileUploadHandler):
    """An upload handler that holds files in memory and drops those larger than any document."""

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None):  # noqa: N803 - as Django calls it
        self.activated = content_length <= file_verification.MAX_BYTES


@csrf_exempt  # nothing is written, and the page has neither session nor token
@private_page
@require_POST
def verify_file(request):
    """Verify whether an uploaded file is a document of the commune. The file is not stored."""
    request.upload_handlers = [InMemory(request)]
    if rate_limits.is_file_limit_reached(request):
        return _page(request, status=429, wait=True)
    upload = request.FILES.get("file")
    if upload is None:
        return _page(request, status=422, no_file=True)
    finding, document = file_verification.verify_pdf(upload.read())
    return _page(request, document=document, finding=None if document else finding, by_file=True)


def _page(request, *, status: int = 200, **context):
    return render(request, "documents/verify.html", context, status=status)


# -- Share links ---------------------------------------------------------------------------------------------
def _unlisted(view):
    """Decorate a view of a share link so that the page is not cached or indexed and its URL is not sent as referrer."""

    @wraps(view)
    def guarded(request, secret):
        response = view(request, access.shared_document(secret), secret)
        response["Cache-Control"] = "private, no-store"
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex"
        return response

    return require_safe(guarded)


@_unlisted
def shared_document(request, document, secret):
    """Show the page behind a share link."""
    return render(request, "documents/shared.html", {"document": document, "secret": secret})


@_unlisted
def shared_file(request, document, secret):
    """Return the shared PDF. The download is logged in the case."""
    issuing.log_read(actor=SYSTEM, document=document, shared=True)
    return document_response(document)
