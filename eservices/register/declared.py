"""What an applicant declares about a person, read from the answers. Pure."""

from collections.abc import Iterable
from datetime import date

from eservices.formbuilder.definition import Definition, Field
from eservices.submissions.known import token_of

from .people import LONGEST, Address, Declared

# What is compared → the autocomplete token of the question that is taken where the editor chose none.
TOKENS = {
    "given_names": "given-name",
    "family_name": "family-name",
    "birth_date": "bday",
    "address": "street-address",
}


def declared(definition: Definition, answers: dict, chosen: dict[str, str]) -> Declared:
    """What ``answers`` say. ``chosen``: keys of questions under the names in ``TOKENS``."""
    given = {
        name: answers.get(chosen.get(name) or found(definition, token)) for name, token in TOKENS.items()
    }
    return Declared(
        given_names=_text(given["given_names"]),
        family_name=_text(given["family_name"]),
        birth_date=_day(given["birth_date"]),
        address=_address(given["address"]),
    )


def found(definition: Definition, token: str) -> str:
    """The first question that browsers fill in with ``token``; empty where there is none."""
    return next((field.key for field in _questions(definition) if token_of(field) == token), "")


def _questions(definition: Definition) -> Iterable[Field]:
    return (field for step in definition.steps for field in step.fields)


def _text(answer) -> str:
    return answer.strip()[:LONGEST] if isinstance(answer, str) else ""


def _day(answer) -> date | None:
    try:
        return date.fromisoformat(answer)
    except (TypeError, ValueError):
        return None


def _address(answer) -> Address | None:
    if not isinstance(answer, dict):
        return None
    address = Address(**{name: _text(answer.get(name)) for name in ("street", "number", "postcode", "town")})
    return address if address.street else None
