"""A faulty service that was about to go live by another way than the publish button is an answer: what to correct."""

from django.contrib import messages
from django.urls import reverse

from home.refusals import refusals

from .editor.screen import refusal
from .models import FaultyService


@refusals.register("faulty_service")
def faulty_service(request, exception) -> str | None:
    if not isinstance(exception, FaultyService):
        return None
    messages.error(request, refusal(exception.page))
    return reverse("wagtailadmin_pages:edit", args=[exception.page.pk])
