"""Who approves reads what to mend, as who publishes does."""

from django.urls import reverse

from home.refusals import refusals

from .approving import FailsReaders


@refusals.register("fails_readers")
def fails_readers(request, exception) -> str | None:
    if not isinstance(exception, FailsReaders):
        return None
    return reverse("editing:before_publication", args=[exception.page.pk])
