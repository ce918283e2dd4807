"""The interface to a population register, and the configured one.

``docs/connectors.md`` describes how to connect another.
"""

from dataclasses import dataclass
from datetime import datetime

from home.extensions.integrations import IntegrationRegistry

from .persons import DeclaredPerson, RegisterPerson

MAX_CANDIDATES = 50  # in one answer


class RegisterUnavailable(Exception):
    """The register gave no usable answer: it is unreachable, slow, refuses access, or its answer is malformed."""


class NoRegisterConfigured(RegisterUnavailable):
    """The commune has no register, so trying again later does not help."""


@dataclass(frozen=True)
class RegisterHealth:
    """The state of a register: its last error, "" after a success, and until when requests are paused."""

    fault: str = ""
    rests_until: datetime | None = None

    @property
    def is_well(self) -> bool:
        return not self.fault


class PopulationRegister:
    """A population register. Methods raise ``RegisterUnavailable`` and are never called inside a transaction."""

    name = ""

    def find(self, declared: DeclaredPerson) -> list[RegisterPerson]:
        """Return candidates for the declared person, by date of birth or by name. At most ``MAX_CANDIDATES``.

        Rather too many than too few: the module ``comparison`` decides which of them it is.
        """
        raise NotImplementedError

    def person(self, key: str) -> RegisterPerson | None:
        """Return the person with this key of the register, with address and residence; None if unknown."""
        raise NotImplementedError

    def household(self, key: str) -> list[RegisterPerson]:
        """Return all members of the person's household, including the person; [] if unknown."""
        raise NotImplementedError

    def health(self) -> RegisterHealth:
        """Return the state by the latest requests, without a new request."""
        return RegisterHealth()


population_registers: IntegrationRegistry[type[PopulationRegister]] = IntegrationRegistry("REGISTER")


def configured_register() -> PopulationRegister:
    """Return the register of ``settings.REGISTER``."""
    return population_registers.chosen()()


def demo_register() -> PopulationRegister:
    """Return the register of the demo. Rehearsals must not read the real one."""
    return population_registers["demo"]()


class NoRegister(PopulationRegister):
    """The absence of a register: agents decide every check."""

    name = "none"

    def find(self, declared):
        raise NoRegisterConfigured

    def person(self, key):
        raise NoRegisterConfigured

    household = person
