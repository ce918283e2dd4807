"""HTTP responses with stored files."""

from django.http import FileResponse

from .models import StoredFile


def attachment_response(stored: StoredFile) -> FileResponse:
    """Return the file as a download, with headers that keep browsers from guessing its type and running it."""
    return _response(stored, as_attachment=True)


def inline_image_response(stored: StoredFile) -> FileResponse:
    """Return the file for display in the browser.

    For images only, and the view must set a content security policy that allows nothing.
    """
    return _response(stored, as_attachment=False)


def _response(stored: StoredFile, *, as_attachment: bool) -> FileResponse:
    response = FileResponse(
        stored.content.open("rb"),
        as_attachment=as_attachment,
        filename=stored.name,
        content_type=stored.content_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
