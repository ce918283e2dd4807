"""What agents and residents write to each other in the demo's cases."""

from datetime import date
from functools import cache

from ..markup import Entry, read

NEVER = date(2000, 1, 1)  # letters name no day


@cache
def _letters(language: str) -> dict[str, Entry]:
    return {entry.key: entry for entry in read(language, "letters", NEVER)}


def question(service: str, language: str) -> str:
    """What an agent asks about a request."""
    found = _letters(language)
    return found.get(service, found["any"])["question"]


def refusal(service: str) -> str:
    """Why a request is refused."""
    found = _letters("fr")
    return found.get(service, found["any"])["refusal"]


def reply(service: str, language: str) -> str:
    """What the applicant answers."""
    found = _letters(language)
    return found.get(service, found["any"])["reply"]


def notes() -> list[str]:
    """What agents write for each other."""
    return _numbered("note")


def wishes() -> list[str]:
    """What agents add to a yes; mostly nothing."""
    return ["", "", "", *_numbered("wish")]


def _numbered(name: str) -> list[str]:
    head = _letters("fr")["any"].head
    return [text for key, text in head.items() if key.startswith(name)]
