"""How a reader wants the site: light or dark, in large print. A cookie keeps the choice and says nothing else."""

from django.http import HttpRequest, HttpResponse

COOKIE = "look"
SECONDS = 365 * 24 * 60 * 60
AUTOMATIC, NORMAL = "auto", "normal"
PREFERENCES = {"scheme": ("light", "dark"), "size": ("large",)}
DEFAULTS = {"scheme": AUTOMATIC, "size": NORMAL}  # what no word says


def read_preferences(request: HttpRequest | None) -> dict[str, str]:
    """What holds for each choice. What the cookie says beside the known words counts for nothing."""
    words = request.COOKIES.get(COOKIE, "").split("-", 4) if request else []
    return {
        name: next((word for word in known if word in words), DEFAULTS[name])
        for name, known in PREFERENCES.items()
    }


def as_class_names(choices: dict[str, str]) -> list[str]:
    """The choices that were made, as the cookie and the page's class have them: one of six pages each."""
    return [word for name, word in choices.items() if word in PREFERENCES[name]]


def store_preferences(response: HttpResponse, choices: dict[str, str], *, secure: bool) -> None:
    """The choices go to the browser; without any there is no cookie."""
    if value := "-".join(as_class_names(choices)):
        response.set_cookie(COOKIE, value, max_age=SECONDS, secure=secure, samesite="Lax")
    else:
        response.delete_cookie(COOKIE)
