"""Responses with a PDF to download."""

from django.http import FileResponse

from .models import Document


def document_response(document: Document) -> FileResponse:
    """Return the PDF of an issued document."""
    return private_pdf_response(document.content.open(), document.file_name)


def private_pdf_response(content, name: str) -> FileResponse:
    """Return a PDF as a download that is neither cached nor run in the site's origin."""
    response = FileResponse(content, as_attachment=True, filename=name, content_type="application/pdf")
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
