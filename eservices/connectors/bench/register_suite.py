"""The contract of a population register with the JSON interface.

The sample of the supplier has a ``person`` as the register should return it, the keys of its ``household``, and the key
of a ``protected`` person.
"""

import unicodedata
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from eservices.register.persons import RegisterPerson, person_from
from eservices.register.population_register import MAX_CANDIDATES

from .clauses import Clause, ClauseBroken, Suite, expect_that
from .http_trial import HttpTrial, Reply, check_json_type, check_limits, check_refusal, check_utf8

SAMPLE = {
    "person": {
        "key": "ORV-1",
        "given_names": "Élodie Anne",
        "family_name": "Marchetti",
        "birth_date": "1988-04-17",
        "address": {"street": "Rue du Lac", "number": "12", "postcode": "1199", "town": "Orvenay"},
        "resident_since": "2019-06-01",
    },
    "household": ["ORV-1", "ORV-2"],
    "protected": "ORV-8",
}
NOBODY = {"given_names": "Personne", "family_name": "Bench-Nexiste", "birth_date": "1890-01-01"}


def sample_fault(sample: dict[str, Any]) -> str:
    """Return what is wrong with a sample, "" if nothing is. Pure."""
    household, protected = sample.get("household"), sample.get("protected")
    try:
        person_from(sample.get("person"))
    except (ValueError, TypeError) as fault:
        return f"“person”: {fault}"
    if not isinstance(household or [], list) or not all(isinstance(one, str) for one in household or []):
        return "“household” is no list of keys"
    return "" if isinstance(protected or "", str) else "“protected” is no key"


# -- Requests ----------------------------------------------------------------------------------------------------
def get_person(trial: HttpTrial, key: str, more: str = "") -> Reply:
    """Ask for a person, or for what is below it."""
    return trial.ask("GET", f"/persons/{quote(key, safe='')}{more}")


def search_persons(trial: HttpTrial, declared: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the candidates for a declared person."""
    return people_in(trial, trial.ask("POST", "/persons/search", declared))


def people_in(trial: HttpTrial, reply: Reply) -> list[dict[str, Any]]:
    """Return the persons of an answer. Raise ``ClauseBroken`` unless it is a list of at most 50."""
    trial.expect_status(reply, 200)
    people = reply.data.get("persons") if isinstance(reply.data, dict) else None
    if not isinstance(people, list):
        raise ClauseBroken("The answer has no list “persons”.")
    expect_that(len(people) <= MAX_CANDIDATES, f"The answer has {len(people)} persons.")
    for one in people:
        readable_person(one)
    return people


def readable_person(data: Any) -> RegisterPerson:
    """Return the person. Raise ``ClauseBroken`` if the data make no sense."""
    try:
        return person_from(data)
    except (ValueError, TypeError) as fault:
        raise ClauseBroken(f"This is no person: {fault}.") from fault


def sample_person(trial: HttpTrial) -> RegisterPerson:
    """Return the person of the sample."""
    return person_from(trial.require("person"))


def found_person(trial: HttpTrial) -> RegisterPerson:
    """Return what the register has under the key of the sample's person."""
    reply = get_person(trial, sample_person(trial).key)
    trial.expect_status(reply, 200)
    return readable_person(reply.data)


def expect_found(trial: HttpTrial, **declared: str) -> None:
    """Check that a search finds the person of the sample."""
    keys = [one.get("key") for one in search_persons(trial, declared)]
    expect_that(sample_person(trial).key in keys, f"{len(keys)} others are found.")


# -- Clauses -----------------------------------------------------------------------------------------------------
def strangers_are_refused(trial: HttpTrial) -> None:
    path = f"/persons/{quote(sample_person(trial).key, safe='')}"
    questions = [("GET", path, None), ("GET", f"{path}/household", None), ("POST", "/persons/search", NOBODY)]
    check_refusal(trial, questions)


def right_person_is_returned(trial: HttpTrial) -> None:
    wanted, found = sample_person(trial), found_person(trial)
    expect_that(
        (wanted.key, wanted.birth_date) == (found.key, found.birth_date),
        f"{wanted.key} was asked for; {found.key}, born on {found.birth_date}, came.",
    )


def names_have_their_accents(trial: HttpTrial) -> None:
    wanted, found = sample_person(trial), found_person(trial)
    expect_that(_composed(wanted.name) == _composed(found.name), f"The name is “{found.name}”.")
    check_utf8(trial)


def residence_is_returned(trial: HttpTrial) -> None:
    wanted, found = sample_person(trial), found_person(trial)
    expect_that(wanted.address == found.address, f"The address is “{found.address}”.")
    expect_that(wanted.resident_since == found.resident_since, f"Resident since {found.resident_since}.")


def unknown_key_is_404(trial: HttpTrial) -> None:
    for key in (f"bench-{uuid4()}", "../x?y=1"):
        for more in ("", "/household"):
            trial.expect_status(get_person(trial, key, more), 404)


def name_with_birth_date_is_found(trial: HttpTrial) -> None:
    person = sample_person(trial)
    names = {"given_names": person.given_names, "family_name": person.family_name}
    expect_found(trial, **names, birth_date=person.birth_date.isoformat())


def birth_date_alone_is_found(trial: HttpTrial) -> None:
    expect_found(trial, birth_date=sample_person(trial).birth_date.isoformat())


def name_alone_is_found(trial: HttpTrial) -> None:
    person = sample_person(trial)
    expect_found(
        trial, given_names=_plain(person.given_names), family_name=_plain(person.family_name).upper()
    )


def nobody_is_an_empty_list(trial: HttpTrial) -> None:
    found = search_persons(trial, NOBODY)
    expect_that(not found, f"{len(found)} persons are found for a name that nobody has.")


def nonsense_is_refused(trial: HttpTrial) -> None:
    for content in (b"{", b"[]", b'{"birth_date": "yesterday"}'):
        reply = trial.ask("POST", "/persons/search", content=content)
        expect_that(400 <= reply.status < 500, f"{content.decode()} is answered with {reply.status}.")


def household_is_whole(trial: HttpTrial) -> None:
    people = people_in(trial, get_person(trial, sample_person(trial).key, "/household"))
    keys = {one["key"] for one in people}
    expect_that(
        keys == {*trial.require("household")}, f"The household is {', '.join(sorted(keys)) or 'empty'}."
    )


def protection_is_marked(trial: HttpTrial) -> None:
    reply = get_person(trial, trial.require("protected"))
    trial.expect_status(reply, 200)
    expect_that(readable_person(reply.data).protected, "A protected person is not marked.")
    expect_that(not found_person(trial).protected, "A person who is not protected is marked.")


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _plain(text: str) -> str:
    """Return a text without accents."""
    parts = unicodedata.normalize("NFD", text)
    return "".join(one for one in parts if not unicodedata.combining(one))


SUITE = Suite(
    "register",
    "Population register, JSON",
    (
        Clause("R1", "Requests without the agreed credentials get 401 or 403.", strangers_are_refused),
        Clause("R2", "`GET /persons/KEY` returns the person with this key.", right_person_is_returned),
        Clause("R3", "Names arrive in UTF-8, with their accents.", names_have_their_accents),
        Clause("R4", "A resident has an address and the day of arrival.", residence_is_returned),
        Clause("R5", "An unknown key gets 404, for the person and the household.", unknown_key_is_404),
        Clause("R6", "A search by name and date of birth finds the person.", name_with_birth_date_is_found),
        Clause("R7", "A search by date of birth alone finds the person.", birth_date_alone_is_found),
        Clause("R8", "A search by name without accents, in capitals, finds the person.", name_alone_is_found),
        Clause("R9", "A search for a name that nobody has gets an empty list.", nobody_is_an_empty_list),
        Clause("R10", "A search that makes no sense gets a status 4xx.", nonsense_is_refused),
        Clause("R11", "A household lists all its persons, and no others.", household_is_whole),
        Clause("R12", "Protected persons are marked, and only they.", protection_is_marked),
        Clause("R13", "Answers have the Content-Type `application/json`.", check_json_type),
        Clause("R14", "Each answer comes within 6 seconds and has at most 256 kB.", check_limits),
    ),
)
