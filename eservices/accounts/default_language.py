"""The main language of the commune, as the default of fields."""

from django.conf import settings


def default_language() -> str:
    """Return the main language. A migration names this function: it is the same for every commune."""
    return settings.LANGUAGE_CODE
