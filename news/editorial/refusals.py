"""Redirect to the confirmation when an approval would publish a page with findings."""

from django.urls import reverse

from home.admin.errors import admin_error_handlers

from .approval import ConfirmationRequired
from .views import approval_comment_key


@admin_error_handlers.register("asks_first")
def redirect_to_confirmation(request, exception) -> str | None:
    if not isinstance(exception, ConfirmationRequired):
        return None
    state = exception.task_state
    request.session[approval_comment_key(state)] = state.comment
    return reverse("editing:before_approval", args=[state.revision.object_id, state.pk])
