"""Download and preview of a case's files. Each reading is logged."""

from django.http import Http404, HttpResponse
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_GET

from eservices.submissions.file_responses import attachment_response, inline_image_response

from ... import access, actions
from . import file_preview
from .views import CaseScreen

SANDBOX = csp_override({"default-src": [CSP.NONE], "sandbox": True})


@require_GET
@SANDBOX
def download_file(request, reference, file_id):
    """Return a file as a download: it is never shown inside the site."""
    found = _open_and_log(request, reference, file_id)
    return attachment_response(found)


@require_GET
@SANDBOX
def preview_file(request, reference, file_id):
    """Return an image as it is, or a page of a PDF as an image. Raise 404 if there is no preview."""
    found = access.file_for(request.user, reference, file_id)
    if not file_preview.is_previewable(found):
        raise Http404
    _log_read(request, reference, found)
    if found.content_type in file_preview.PICTURES:
        return inline_image_response(found)
    try:
        drawn = file_preview.render_page(found, _number(request.GET.get("page", "1")))
    except file_preview.PreviewError:
        raise Http404 from None
    response = HttpResponse(drawn, content_type="image/png")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


class FileView(CaseScreen):
    """A file with all its pages."""

    template_name = "cases/desk/case/file_view.html"

    def get(self, request, reference, file_id):
        self.case = access.case_for(request.user, reference)
        self.file = _open_and_log(request, reference, file_id)
        return self.render_to_response(self.get_context_data())

    def get_context_data(self, **kwargs):
        count = file_preview.count_pages(self.file)
        return super().get_context_data(case=self.case, file=self.file, pages=range(1, count + 1), **kwargs)


def _open_and_log(request, reference, file_id):
    found = access.file_for(request.user, reference, file_id)
    _log_read(request, reference, found)
    return found


def _log_read(request, reference, found) -> None:
    case = access.case_for(request.user, reference)
    actions.log_read(actor=request.user, case=case, file=found)


def _number(asked: str) -> int:
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 0
