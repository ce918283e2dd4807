"""Who approves is asked and refused as who publishes is."""

from django.urls import reverse

from home.refusals import refusals

from .approving import AsksFirst
from .views import kept_comment


@refusals.register("asks_first")
def asks_first(request, exception) -> str | None:
    if not isinstance(exception, AsksFirst):
        return None
    state = exception.task_state
    request.session[kept_comment(state)] = state.comment
    return reverse("editing:before_approval", args=[state.revision.object_id, state.pk])
