"""How stored files travel."""

from django.http import FileResponse

from .models import StoredFile


def attachment_response(stored: StoredFile) -> FileResponse:
    """The stored file as a download that a browser neither guesses at nor runs."""
    return _response(stored, as_attachment=True)


def inline_image_response(stored: StoredFile) -> FileResponse:
    """The stored file to be looked at in place: for pictures only, under a policy that lets them do nothing."""
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
