"""Messages between agents and residents in the demo's cases."""

from datetime import date
from functools import cache

from ...markup import ContentEntry, read_content

NEVER = date(2000, 1, 1)  # these texts contain no dates


@cache
def _letters(language: str) -> dict[str, ContentEntry]:
    return {entry.key: entry for entry in read_content(language, "letters", NEVER)}


def agent_question(service: str, language: str) -> str:
    """Return an agent's question about a case."""
    found = _letters(language)
    return found.get(service, found["any"])["question"]


def refusal_reason(service: str) -> str:
    """Return the reason of a refusal."""
    found = _letters("fr")
    return found.get(service, found["any"])["refusal"]


def applicant_reply(service: str, language: str) -> str:
    """Return the applicant's answer."""
    found = _letters(language)
    return found.get(service, found["any"])["reply"]


def internal_notes() -> list[str]:
    """Return notes of agents."""
    return _numbered("note")


def acceptance_remarks() -> list[str]:
    """Return remarks on an acceptance, mostly empty."""
    return ["", "", "", *_numbered("wish")]


def _numbered(name: str) -> list[str]:
    head = _letters("fr")["any"].head
    return [text for key, text in head.items() if key.startswith(name)]
