"""A register that speaks JSON over HTTPS, as ``docs/connectors.md`` describes it."""

from collections.abc import Callable
from functools import partial
from urllib.parse import quote

from django.conf import settings
from django.utils import timezone

from eservices.deliveries import circuits
from eservices.deliveries.models import Circuit

from ...people import Declared, Person, content_of, person_from
from ...registers import MOST_FOUND, Away, Health, Register
from .wire import UNKNOWN, Wire

CIRCUIT = "register"


class HTTPRegister(Register):
    """Asks ``settings.REGISTER_URL``. After several failures in a row it is left in peace, and staff are told."""

    name = "http"

    def __init__(self):
        self.wire = Wire(**{name.lower(): value for name, value in settings.REGISTER_HTTP.items()})

    def find(self, declared: Declared) -> list[Person]:
        return self._ask("POST", "persons/search", _people, content_of(declared)) or []

    def person(self, key: str) -> Person | None:
        return self._ask("GET", f"persons/{quote(key, safe='')}", partial(_person, key=key))

    def household(self, key: str) -> list[Person]:
        return self._ask("GET", f"persons/{quote(key, safe='')}/household", _people) or []

    def health(self) -> Health:
        circuit = Circuit.objects.filter(carrier=CIRCUIT, failures__gt=0).first()
        return Health(circuit.fault, circuit.open_until) if circuit else Health()

    def _ask[Answer](self, method: str, path: str, read: Callable[..., Answer], body=None) -> Answer | None:
        """What ``read`` makes of the answer; None where the register knows nothing of it."""
        if circuits.open_until(CIRCUIT, timezone.now()):
            raise Away("It failed several times in a row, and is left in peace.")
        try:
            answer = self._answer(method, path, read, body)
        except Away as fault:
            circuits.failed(CIRCUIT, str(fault), timezone.now())
            raise
        circuits.passed(CIRCUIT)
        return answer

    def _answer(self, method: str, path: str, read: Callable, body):
        content = self.wire.ask(method, path, body)
        try:
            return None if content is UNKNOWN else read(content)
        except (ValueError, TypeError) as fault:
            raise Away(f"Its answer makes no sense: {fault}.") from None


def _people(content) -> list[Person]:
    people = content["persons"] if isinstance(content, dict) and "persons" in content else None
    if not isinstance(people, list):
        raise ValueError("no list of persons")
    return [person_from(one) for one in people[:MOST_FOUND]]


def _person(content, key: str) -> Person:
    found = person_from(content)
    if found.key != key:
        raise ValueError("another person")
    return found
