"""Context processor for the commune's settings."""

from django.utils.functional import SimpleLazyObject

from .models import CommuneSettings


def commune_settings(request):
    """Return ``commune``, the settings, loaded only if a template uses them."""
    return {"commune": SimpleLazyObject(lambda: CommuneSettings.current(request))}
