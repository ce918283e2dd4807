"""All persons named in a case, as far as a register can be asked about them. Reads only."""

from collections.abc import Iterator
from datetime import date

from django.utils import timezone

from eservices.accounts.person_names import name_words
from eservices.cases.models import Case
from eservices.cases.workflow import enclosures_and_persons
from eservices.submissions.prefill.values import autocomplete_token

from .declared_person import TOKENS, declared_person, named
from .persons import MAX_TEXT_LENGTH, DeclaredPerson

MOST = 30  # persons of one case: each costs a request to the register
STAGE = "register"


def people_named(case: Case) -> list[DeclaredPerson]:
    """Return the applicant and all concerned persons, each once.

    Of several dates of birth of one name, the first counts.
    """
    found: dict[frozenset[str], DeclaredPerson] = {}
    for one in _named(case):
        key = frozenset(name_words(one.name))
        if key and (key not in found or (one.birth_date and not found[key].birth_date)):
            found[key] = one
    return list(found.values())[:MOST]


def _named(case: Case) -> Iterator[DeclaredPerson]:
    definition, answers = case.version.definition, case.answers
    for spec in definition.stages:
        if spec.type == STAGE:
            yield declared_person(definition, answers, spec.settings)
    yield declared_person(definition, answers, {})
    yield from named(definition, answers, timezone.localdate(case.submission.sent_at))
    yield DeclaredPerson(family_name=case.applicant[:MAX_TEXT_LENGTH])
    for person in enclosures_and_persons.concerned_people(case):
        yield DeclaredPerson(family_name=person.name[:MAX_TEXT_LENGTH], birth_date=_born(case, person))


def _born(case: Case, person: enclosures_and_persons.ConcernedRow) -> date | None:
    """Return the date of birth in the row that names the person; None if the row has no such question."""
    group = case.version.definition.fields[person.field]
    rows = case.answers.get(person.field) or []
    row = rows[person.place] if person.place < len(rows) else {}
    asked = [field.key for field in group.fields if autocomplete_token(field) == TOKENS["birth_date"]]
    return (
        declared_person(case.version.definition, row, {"birth_date": asked[0]}).birth_date if asked else None
    )
