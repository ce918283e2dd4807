"""Visitor's preferences: light or dark, large print. The cookie contains the choice and nothing else."""

from django.http import HttpRequest, HttpResponse

COOKIE = "look"
SECONDS = 365 * 24 * 60 * 60
AUTOMATIC, NORMAL = "auto", "normal"
PREFERENCES = {"scheme": ("light", "dark"), "size": ("large",)}
DEFAULTS = {"scheme": AUTOMATIC, "size": NORMAL}  # not written into the cookie


def read_preferences(request: HttpRequest | None) -> dict[str, str]:
    """Return the value of each preference. Unknown words in the cookie are ignored."""
    words = request.COOKIES.get(COOKIE, "").split("-", 4) if request else []
    return {
        name: next((word for word in known if word in words), DEFAULTS[name])
        for name, known in PREFERENCES.items()
    }


def as_class_names(choices: dict[str, str]) -> list[str]:
    """Return the choices that are no default, for the cookie and the page's class. Six combinations exist."""
    return [word for name, word in choices.items() if word in PREFERENCES[name]]


def store_preferences(response: HttpResponse, choices: dict[str, str], *, secure: bool) -> None:
    """Set the cookie of the preferences; delete it if all are defaults."""
    if value := "-".join(as_class_names(choices)):
        response.set_cookie(COOKIE, value, max_age=SECONDS, secure=secure, samesite="Lax")
    else:
        response.delete_cookie(COOKIE)
