"""A population register with a JSON API over HTTPS, as described in ``docs/connectors.md``."""

from collections.abc import Callable
from functools import partial
from urllib.parse import quote

from django.conf import settings
from django.utils import timezone

from eservices.deliveries import circuit_breaker
from eservices.deliveries.models import Circuit

from ...persons import DeclaredPerson, RegisterPerson, person_from, to_json_data
from ...population_register import MAX_CANDIDATES, PopulationRegister, RegisterHealth, RegisterUnavailable
from .client import UNKNOWN, RegisterClient

CIRCUIT = "register"


class JsonApiRegister(PopulationRegister):
    """The register at ``settings.REGISTER_HTTP``.

    After several failures in a row the circuit breaker pauses requests and alerts staff.
    """

    name = "http"

    def __init__(self):
        self.wire = RegisterClient(**{name.lower(): value for name, value in settings.REGISTER_HTTP.items()})

    def find(self, declared: DeclaredPerson) -> list[RegisterPerson]:
        return self._ask("POST", "persons/search", _people, to_json_data(declared)) or []

    def person(self, key: str) -> RegisterPerson | None:
        return self._ask("GET", f"persons/{quote(key, safe='')}", partial(_person, key=key))

    def household(self, key: str) -> list[RegisterPerson]:
        return self._ask("GET", f"persons/{quote(key, safe='')}/household", _people) or []

    def health(self) -> RegisterHealth:
        circuit = Circuit.objects.filter(carrier=CIRCUIT, failures__gt=0).first()
        return RegisterHealth(circuit.fault, circuit.open_until) if circuit else RegisterHealth()

    def _ask[Answer](self, method: str, path: str, read: Callable[..., Answer], body=None) -> Answer | None:
        """Return the parsed answer; None if the register does not know the person."""
        if circuit_breaker.circuit_open_until(CIRCUIT, timezone.now()):
            raise RegisterUnavailable("It failed several times in a row, and is left in peace.")
        try:
            answer = self._answer(method, path, read, body)
        except RegisterUnavailable as fault:
            circuit_breaker.record_failure(CIRCUIT, str(fault), timezone.now())
            raise
        circuit_breaker.record_success(CIRCUIT)
        return answer

    def _answer(self, method: str, path: str, read: Callable, body):
        content = self.wire.ask(method, path, body)
        try:
            return None if content is UNKNOWN else read(content)
        except (ValueError, TypeError) as fault:
            raise RegisterUnavailable(f"Its answer makes no sense: {fault}.") from None


def _people(content) -> list[RegisterPerson]:
    people = content["persons"] if isinstance(content, dict) and "persons" in content else None
    if not isinstance(people, list):
        raise ValueError("no list of persons")
    return [person_from(one) for one in people[:MAX_CANDIDATES]]


def _person(content, key: str) -> RegisterPerson:
    found = person_from(content)
    if found.key != key:
        raise ValueError("another person")
    return found
