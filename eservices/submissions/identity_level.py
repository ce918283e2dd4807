"""How sure the commune is, when a request is sent, that the applicant named in it is who sends it."""

from datetime import date

from eservices.accounts.models import IdentityLevel, User
from eservices.formbuilder.definition import FormDefinition

from .prefill_values import autocomplete_token


def identity_level_at_submission(
    user: User | None, definition: FormDefinition, answers: dict, name: str
) -> IdentityLevel:
    """The level of the account, as far as it says something about the person named in the answers.

    Whoever is known as Anna and files in the name of Otto proved her address, and nothing about Otto.
    """
    if user is None:
        return IdentityLevel.NONE
    if user.level <= IdentityLevel.EMAIL:
        return user.level
    proof = user.known_as
    is_own = proof and proof.is_of(name, declared_birth_date(definition, answers))
    return user.level if is_own else IdentityLevel.EMAIL


def declared_birth_date(definition: FormDefinition, answers: dict) -> date | None:
    """The answer to the question that browsers fill in with a date of birth, where there is one."""
    asked = (
        field for step in definition.steps for field in step.fields if autocomplete_token(field) == "bday"
    )
    given = (answers.get(field.key) for field in asked)
    return next((date.fromisoformat(answer) for answer in given if answer), None)
