"""What agents and residents write to each other in the demo's cases."""

from datetime import date
from functools import cache

from ...markup import ContentEntry, read_content

NEVER = date(2000, 1, 1)  # letters name no day


@cache
def _letters(language: str) -> dict[str, ContentEntry]:
    return {entry.key: entry for entry in read_content(language, "letters", NEVER)}


def agent_question(service: str, language: str) -> str:
    """What an agent asks about a request."""
    found = _letters(language)
    return found.get(service, found["any"])["question"]


def refusal_reason(service: str) -> str:
    """Why a request is refused."""
    found = _letters("fr")
    return found.get(service, found["any"])["refusal"]


def applicant_reply(service: str, language: str) -> str:
    """What the applicant answers."""
    found = _letters(language)
    return found.get(service, found["any"])["reply"]


def internal_notes() -> list[str]:
    """What agents write for each other."""
    return _numbered("note")


def acceptance_remarks() -> list[str]:
    """What agents add to a yes; mostly nothing."""
    return ["", "", "", *_numbered("wish")]


def _numbered(name: str) -> list[str]:
    head = _letters("fr")["any"].head
    return [text for key, text in head.items() if key.startswith(name)]
