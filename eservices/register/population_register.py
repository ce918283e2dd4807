"""The interface to a population register, and the one that the operator chose. ``docs/connectors.md`` shows how
to connect another."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string

from .persons import DeclaredPerson, RegisterPerson

MAX_CANDIDATES = 50  # candidates that a register answers with


class RegisterUnavailable(Exception):
    """The register gave no answer that can be used: it is down, slow, refuses us, or talks nonsense."""


class NoRegisterConfigured(RegisterUnavailable):
    """The commune has no register: waiting for one helps nothing."""


@dataclass(frozen=True)
class RegisterHealth:
    """How a register is doing: its last fault, empty once it answered, and until when nobody asks it."""

    fault: str = ""
    rests_until: datetime | None = None

    @property
    def is_well(self) -> bool:
        return not self.fault


class PopulationRegister:
    """A population register. Methods raise ``RegisterUnavailable`` and are never called inside a transaction."""

    name = ""

    def find(self, declared: DeclaredPerson) -> list[RegisterPerson]:
        """Whoever might be the person declared: of this date of birth, or of this name. At most ``MAX_CANDIDATES``.

        Rather too many than too few: who of them it is, ``comparing`` says.
        """
        raise NotImplementedError

    def person(self, key: str) -> RegisterPerson | None:
        """The person with the register's ``key``, with the address and since when resident; None if unknown."""
        raise NotImplementedError

    def household(self, key: str) -> list[RegisterPerson]:
        """Everybody of the person's household, the person too; empty if unknown."""
        raise NotImplementedError

    def health(self) -> RegisterHealth:
        """How it is doing, as far as it was asked lately; asks nothing."""
        return RegisterHealth()


def configured_register() -> PopulationRegister:
    """The register of ``settings.REGISTER``."""
    return import_string(REGISTERS[settings.REGISTER])()


def demo_register() -> PopulationRegister:
    """The demo's: rehearsals must not read in the real one."""
    return import_string(REGISTERS["demo"])()


REGISTERS = {
    "demo": "eservices.register.contrib.demo.DemoRegister",
    "http": "eservices.register.contrib.json_api.JsonApiRegister",
    "none": "eservices.register.population_register.NoRegister",
}


class NoRegister(PopulationRegister):
    """The commune has none: people decide."""

    name = "none"

    def find(self, declared):
        raise NoRegisterConfigured

    def person(self, key):
        raise NoRegisterConfigured

    household = person
