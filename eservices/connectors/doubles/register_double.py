"""A double of a population register with the JSON interface of ``docs/connectors.md``, of invented residents.

It answers mutations with receipts and forgets them when it ends: its residents stay as they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from typing import Any

from eservices.register.contrib.demo import DemoRegister
from eservices.register.persons import RegisterPerson, declared_from, to_json_data
from eservices.register.population_register import PopulationRegister

from .business_double import BusinessDouble
from .json_server import Answer

MUTATIONS = ("arrival", "move", "departure")
UNKNOWN: Answer = (HTTPStatus.NOT_FOUND, {"error": "unknown"})


@dataclass
class MutationDouble(BusinessDouble):
    """The mutations that the register got. It refuses those that lack a kind, a day or a person whom it knows."""

    people: PopulationRegister = field(default_factory=DemoRegister)

    def _decide(self, body: dict[str, Any], number: int) -> dict[str, Any]:
        receipt = super()._decide(body, number)
        reasons = [] if body.get("operation") == "withdrawal" else self._reasons(body["fields"])
        if not reasons:
            return receipt
        found = [*receipt.get("reasons", []), *reasons]
        return {"key": body["key"], "state": "refused", "their_reference": "", "reasons": found}

    def _reasons(self, fields: dict[str, Any]) -> list[dict[str, str]]:
        kind, person = fields.get("mutation"), fields.get("person")
        reasons = []
        if kind not in MUTATIONS:
            reasons.append({"field": "mutation", "text": f"is none of {', '.join(MUTATIONS)}"})
        if not _is_day(fields.get("day")):
            reasons.append({"field": "day", "text": "is no date"})
        if kind != "arrival" and not (isinstance(person, str) and self.people.person(person)):
            reasons.append({"field": "person", "text": "is not in the register"})
        return reasons


@dataclass
class RegisterDouble:
    """A register that has the people of another one and a token of its own."""

    token: str
    people: PopulationRegister = field(default_factory=DemoRegister)
    mutations: MutationDouble = field(init=False)
    about = "A double of a population register. Its people are invented."

    def __post_init__(self) -> None:
        self.mutations = MutationDouble(self.token, people=self.people)

    def reply(self, method: str, path: tuple[str, ...], headers: Mapping[str, str], body: Any) -> Answer:
        """Return the answer to a request, as ``docs/connectors.md`` describes it."""
        match (method, *path):
            case ("POST", "persons", "search"):
                return self.search(body)
            case ("GET", "persons", key):
                return self.person(key)
            case ("GET", "persons", key, "household"):
                return self.household(key)
            case ("POST", "mutations"):
                return self.mutations.reply(method, ("transmissions",), headers, body)
            case (_, "status" | "receipts", *_rest):
                return self.mutations.reply(method, path, headers, body)
        return UNKNOWN

    def search(self, body: Any) -> Answer:
        """Return the candidates for a declared person."""
        try:
            declared = declared_from(body)
            return HTTPStatus.OK, self.list_of(self.people.find(declared))
        except (AttributeError, TypeError, ValueError):
            return HTTPStatus.BAD_REQUEST, {"error": "no person that can be searched for"}

    def person(self, key: str) -> Answer:
        """Return the person with this key."""
        found = self.people.person(key)
        return (HTTPStatus.OK, self.data_of(found)) if found else UNKNOWN

    def household(self, key: str) -> Answer:
        """Return the household of a person."""
        found = self.people.household(key)
        return (HTTPStatus.OK, self.list_of(found)) if found else UNKNOWN

    def list_of(self, people: list[RegisterPerson]) -> dict[str, Any]:
        """Return several people as data."""
        return {"persons": [self.data_of(one) for one in people]}

    def data_of(self, person: RegisterPerson) -> dict[str, Any]:
        """Return a person as data."""
        return to_json_data(person)


def _is_day(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value))
    except ValueError:
        return False
