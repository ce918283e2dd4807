"""Error handler that shows the problems of a service which cannot be published, whatever published it."""

from django.contrib import messages
from django.urls import reverse

from home.admin.errors import admin_error_handlers

from .editor.outline_context import publication_refusal
from .models import FaultyService


@admin_error_handlers.register("faulty_service")
def explain_faulty_service(request, exception) -> str | None:
    if not isinstance(exception, FaultyService):
        return None
    messages.error(request, publication_refusal(exception.page))
    return reverse("wagtailadmin_pages:edit", args=[exception.page.pk])
