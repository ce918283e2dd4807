"""How a reader wants the site: light or dark, in large print. A cookie keeps the choice and says nothing else."""

from django.http import HttpRequest, HttpResponse

COOKIE = "look"
SECONDS = 365 * 24 * 60 * 60
AUTOMATIC, NORMAL = "auto", "normal"
CHOICES = {"scheme": ("light", "dark"), "size": ("large",)}
OTHERWISE = {"scheme": AUTOMATIC, "size": NORMAL}  # what no word says


def chosen(request: HttpRequest | None) -> dict[str, str]:
    """What holds for each choice. What the cookie says beside the known words counts for nothing."""
    words = request.COOKIES.get(COOKIE, "").split("-", 4) if request else []
    return {
        name: next((word for word in known if word in words), OTHERWISE[name])
        for name, known in CHOICES.items()
    }


def words(choices: dict[str, str]) -> list[str]:
    """The choices that were made, as the cookie and the page's class have them: one of six pages each."""
    return [word for name, word in choices.items() if word in CHOICES[name]]


def keep(response: HttpResponse, choices: dict[str, str], *, secure: bool) -> None:
    """The choices go to the browser; without any there is no cookie."""
    if value := "-".join(words(choices)):
        response.set_cookie(COOKIE, value, max_age=SECONDS, secure=secure, samesite="Lax")
    else:
        response.delete_cookie(COOKIE)
