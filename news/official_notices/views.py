"""Views of a notice's files and of its proof of posting."""

from django.http import FileResponse, HttpResponse
from django.utils import timezone
from django.utils.csp import CSP
from django.views.decorators.cache import never_cache
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from . import access, posting_proof
from .models import OfficialNoticeFile

SANDBOX = csp_override({"default-src": [CSP.NONE], "sandbox": True})


@require_safe
@never_cache
@SANDBOX
def notice_file(request, pk: int, name: str):
    """Return a file of a notice that is displayed now."""
    return _attachment(access.posted_notice_file(pk, timezone.now()))


@require_safe
@never_cache
@SANDBOX
def notice_file_for_editors(request, pk: int):
    """Return a file for editors of its notice, at any time."""
    return _attachment(access.file_for(request.user, pk))


@require_safe
@never_cache
def proof_of_posting(request, notice):
    """Return the proof of posting as a PDF: what was displayed, when and by whom."""
    postings = access.posting_records_of(request.user, notice)
    response = HttpResponse(
        posting_proof.render_proof(postings, timezone.now()), content_type="application/pdf"
    )
    response["Content-Disposition"] = f'inline; filename="{posting_proof.file_name(postings)}"'
    return response


def _attachment(found: OfficialNoticeFile) -> FileResponse:
    response = FileResponse(
        found.file.open("rb"), as_attachment=True, filename=found.name, content_type=found.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Robots-Tag"] = "noindex"
    return response
