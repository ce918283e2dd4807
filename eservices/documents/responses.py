"""A document as a download."""

from django.http import FileResponse

from .models import Document


def download(document: Document) -> FileResponse:
    """The PDF, to be saved and never to be kept by a cache or run in our name."""
    response = FileResponse(
        document.content.open(),
        as_attachment=True,
        filename=document.file_name,
        content_type="application/pdf",
    )
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
