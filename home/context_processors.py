"""What every template can say about the commune."""

from django.utils.functional import SimpleLazyObject

from .models import CommuneSettings


def commune_settings(request):
    """``commune``: the commune's settings, asked for only where a template uses them."""
    return {"commune": SimpleLazyObject(lambda: CommuneSettings.current(request))}
