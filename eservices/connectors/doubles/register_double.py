"""A double of a population register with the JSON interface of ``docs/connectors.md``, of invented residents."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from eservices.register.contrib.demo import DemoRegister
from eservices.register.persons import RegisterPerson, declared_from, to_json_data
from eservices.register.population_register import PopulationRegister

from .json_server import Answer

UNKNOWN: Answer = (HTTPStatus.NOT_FOUND, {"error": "unknown"})


@dataclass
class RegisterDouble:
    """A register that has the people of another one and a token of its own."""

    token: str
    people: PopulationRegister = field(default_factory=DemoRegister)
    about = "A double of a population register. Its people are invented."

    def reply(self, method: str, path: tuple[str, ...], headers: Mapping[str, str], body: Any) -> Answer:
        """Return the answer to a request, as ``docs/connectors.md`` describes it."""
        match (method, *path):
            case ("POST", "persons", "search"):
                return self.search(body)
            case ("GET", "persons", key):
                return self.person(key)
            case ("GET", "persons", key, "household"):
                return self.household(key)
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
