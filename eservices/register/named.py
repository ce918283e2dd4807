"""Everybody whom a case names, as far as a register can be asked about them. Reads only."""

from django.utils import timezone

from eservices.accounts.names import words
from eservices.cases import concerned
from eservices.cases.models import Case
from eservices.submissions.known import token_of

from .declared import TOKENS, declared, named
from .people import LONGEST, Declared

MOST = 30  # people of one case: the register is asked once for each
STAGE = "register"


def people_named(case: Case) -> list[Declared]:
    """Return the applicant and everybody concerned, each once; of several dates of birth the first that is given."""
    found: dict[frozenset, Declared] = {}
    for one in _named(case):
        key = frozenset(words(one.name))
        if key and (key not in found or (one.birth_date and not found[key].birth_date)):
            found[key] = one
    return list(found.values())[:MOST]


def _named(case: Case):
    definition, answers = case.version.definition, case.answers
    for spec in definition.stages:
        if spec.type == STAGE:
            yield declared(definition, answers, spec.settings)
    yield declared(definition, answers, {})
    yield from named(definition, answers, timezone.localdate(case.submission.sent_at))
    yield Declared(family_name=case.applicant[:LONGEST])
    for person in concerned.people(case):
        yield Declared(family_name=person.name[:LONGEST], birth_date=_born(case, person))


def _born(case: Case, person: concerned.Concerned):
    """The date of birth in the row that names the person; None if the row does not ask it."""
    group = case.version.definition.fields[person.field]
    rows = case.answers.get(person.field) or []
    row = rows[person.place] if person.place < len(rows) else {}
    asked = [field.key for field in group.fields if token_of(field) == TOKENS["birth_date"]]
    return declared(case.version.definition, row, {"birth_date": asked[0]}).birth_date if asked else None
