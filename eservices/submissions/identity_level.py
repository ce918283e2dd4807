"""Identity level: how sure it is, when a submission is sent, that its sender is the named applicant."""

from datetime import date

from eservices.accounts.models import IdentityLevel, User
from eservices.formbuilder.definition import FormDefinition

from .prefill.values import autocomplete_token


def identity_level_at_submission(
    user: User | None, definition: FormDefinition, answers: dict, name: str
) -> IdentityLevel:
    """Return the account's level, as far as it applies to the person named in the answers.

    An account that is proven to be Anna's and applies in the name of Otto has proven her e-mail address, and nothing
    about Otto.
    """
    if user is None:
        return IdentityLevel.NONE
    if user.level <= IdentityLevel.EMAIL:
        return user.level
    proof = user.known_as
    is_own = proof and proof.is_of(name, declared_birth_date(definition, answers))
    return user.level if is_own else IdentityLevel.EMAIL


def declared_birth_date(definition: FormDefinition, answers: dict) -> date | None:
    """Return the answer to the question with the autocomplete token of a date of birth; None if there is none."""
    asked = (
        field for step in definition.steps for field in step.fields if autocomplete_token(field) == "bday"
    )
    given = (answers.get(field.key) for field in asked)
    return next((date.fromisoformat(answer) for answer in given if answer), None)
