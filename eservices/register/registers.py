"""The interface to a population register, and the one that the operator chose. ``docs/connectors.md`` shows how
to connect another."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string

from .people import Declared, Person

MOST_FOUND = 50  # candidates that a register answers with


class Away(Exception):
    """The register gave no answer that can be used: it is down, slow, refuses us, or talks nonsense."""


class Absent(Away):
    """The commune has no register: waiting for one helps nothing."""


@dataclass(frozen=True)
class Health:
    """How a register is doing: its last fault, empty once it answered, and until when nobody asks it."""

    fault: str = ""
    rests_until: datetime | None = None

    @property
    def is_well(self) -> bool:
        return not self.fault


class Register:
    """Who lives here. Every method raises ``Away`` where no answer comes; none is called inside a transaction."""

    name = ""

    def find(self, declared: Declared) -> list[Person]:
        """Whoever might be the person declared: of this date of birth, or of this name. At most ``MOST_FOUND``.

        Rather too many than too few: who of them it is, ``comparing`` says.
        """
        raise NotImplementedError

    def person(self, key: str) -> Person | None:
        """The person with the register's ``key``, with the address and since when resident; None if unknown."""
        raise NotImplementedError

    def household(self, key: str) -> list[Person]:
        """Everybody of the person's household, the person too; empty if unknown."""
        raise NotImplementedError

    def health(self) -> Health:
        """How it is doing, as far as it was asked lately; asks nothing."""
        return Health()


def register() -> Register:
    """The register of ``settings.REGISTER``."""
    return import_string(REGISTERS[settings.REGISTER])()


def invented() -> Register:
    """The demo's: rehearsals must not read in the real one."""
    return import_string(REGISTERS["demo"])()


REGISTERS = {
    "demo": "eservices.register.contrib.demo.DemoRegister",
    "http": "eservices.register.contrib.http.HTTPRegister",
    "none": "eservices.register.registers.NoRegister",
}


class NoRegister(Register):
    """The commune has none: people decide."""

    name = "none"

    def find(self, declared):
        raise Absent

    def person(self, key):
        raise Absent

    household = person
