"""What passes through every response of the catalogue."""

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

from .editor.screen import refusal
from .models import FaultyService


class FaultyServiceMiddleware:
    """A faulty service that was about to go live by another way than the publish button (an approval, a bulk
    action) is an answer that says what to correct, not an error of the server."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, FaultyService) or not request.path.startswith(
            reverse("wagtailadmin_home")
        ):
            return None
        messages.error(request, refusal(exception.page))
        url = reverse("wagtailadmin_pages:edit", args=[exception.page.pk])
        if request.headers.get("x-requested-with") == "XMLHttpRequest":  # Wagtail's dialogs of approval
            return JsonResponse({"step": "success", "redirect": url})
        return redirect(url)
