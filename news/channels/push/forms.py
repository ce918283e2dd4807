"""Forms for push subscriptions."""

import json
import re

from django import forms
from django.conf import settings

from newsletter.forms import TopicsMixin

from .channel import is_trusted_push_service

KEY = re.compile(r"[A-Za-z0-9_-]+={0,2}")


class DeviceForm(TopicsMixin):
    """A subscription as the page's script posts it."""

    endpoint = forms.CharField(max_length=1000)
    p256dh = forms.CharField(min_length=80, max_length=120)
    auth = forms.CharField(min_length=16, max_length=40)
    language = forms.ChoiceField(choices=settings.LANGUAGES)

    def clean_endpoint(self) -> str:
        endpoint = self.cleaned_data["endpoint"]
        if not is_trusted_push_service(endpoint):
            raise forms.ValidationError("This is no push service that we know.")
        return endpoint

    def clean_p256dh(self) -> str:
        return _key(self.cleaned_data["p256dh"])

    def clean_auth(self) -> str:
        return _key(self.cleaned_data["auth"])


def _key(text: str) -> str:
    if not KEY.fullmatch(text):
        raise forms.ValidationError("This is no key.")
    return text


def parse_json_form(body: bytes) -> dict:
    """Parse a JSON object for a form; return an empty dict if the body is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
