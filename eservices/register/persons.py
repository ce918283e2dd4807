"""Persons of the population register, and persons as declared. Pure."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Sex(TextChoices):
    """The sex in the register, for the grammar of documents."""

    FEMALE = "female", _("female")
    MALE = "male", _("male")


class CivilStatus(TextChoices):
    """The civil statuses of eCH-0011."""

    SINGLE = "single", _("single")
    MARRIED = "married", _("married")
    WIDOWED = "widowed", _("widowed")
    DIVORCED = "divorced", _("divorced")
    UNMARRIED = "unmarried", _("unmarried")
    PARTNERSHIP = "partnership", _("in a registered partnership")
    DISSOLVED = "dissolved", _("dissolved partnership")


@dataclass(frozen=True)
class RegisterAddress:
    """A postal address."""

    street: str
    number: str = ""  # with its suffix: "12 bis"
    postcode: str = ""
    town: str = ""

    def __str__(self) -> str:
        return ", ".join(self.lines)

    @property
    def lines(self) -> list[str]:
        """The lines of the address, as on an envelope."""
        both = (f"{self.street} {self.number}", f"{self.postcode} {self.town}")
        return [line.strip() for line in both if line.strip()]


@dataclass(frozen=True)
class RegisterPerson:
    """A person of the register.

    ``key``: the register's own. ``resident_since``: None if the person does not live here. ``protected``: the
    address must not be disclosed, and only authorised agents see that there is one. ``origin``: as the register
    writes it. ``civil_status`` and ``sex``: values of their enumerations, "" if unknown.
    """

    key: str
    given_names: str
    family_name: str
    birth_date: date
    address: RegisterAddress | None = None
    resident_since: date | None = None
    protected: bool = False
    origin: str = ""
    civil_status: str = ""
    sex: str = ""

    @property
    def name(self) -> str:
        return f"{self.given_names} {self.family_name}".strip()

    def is_resident(self, on: date) -> bool:
        """Return whether the person lives here on this day."""
        return self.resident_since is not None and self.resident_since <= on

    def age(self, on: date) -> int:
        """Return the age in whole years."""
        return (
            on.year
            - self.birth_date.year
            - ((on.month, on.day) < (self.birth_date.month, self.birth_date.day))
        )


@dataclass(frozen=True)
class DeclaredPerson:
    """A person as declared in a form. If only a whole name is asked, it is in ``family_name``."""

    given_names: str = ""
    family_name: str = ""
    birth_date: date | None = None
    address: RegisterAddress | None = None

    @property
    def name(self) -> str:
        return f"{self.given_names} {self.family_name}".strip()


# -- As JSON -------------------------------------------------------------------------------------------------
MAX_TEXT_LENGTH = 300  # characters of a text


def to_json_data(person: RegisterPerson | DeclaredPerson) -> dict[str, Any]:
    """Return the person as JSON: field names as keys, dates in ISO format, unknown values left out."""
    plain = {name: _plain(value) for name, value in asdict(person).items()}
    return {name: value for name, value in plain.items() if value not in (None, "", {})}


def person_from(content: object) -> RegisterPerson:
    """Return the person from data of ``to_json_data``. Raise ``ValueError`` if it is malformed."""
    given = _record(content)
    protected = given.get("protected", False)
    if not isinstance(protected, bool):
        raise ValueError("protected is neither true nor false")
    since = given.get("resident_since")
    return RegisterPerson(
        key=_text(given, "key", needed=True),
        given_names=_text(given, "given_names"),
        family_name=_text(given, "family_name", needed=True),
        birth_date=_day(given.get("birth_date")),
        address=_address(given.get("address")),
        resident_since=None if since is None else _day(since),
        protected=protected,
        origin=_perhaps(given, "origin"),
        civil_status=_one_of(given, "civil_status", CivilStatus),
        sex=_one_of(given, "sex", Sex),
    )


def declared_from(content: dict[str, Any]) -> DeclaredPerson:
    """Return the declared person from data of ``to_json_data``."""
    birth_date = content.get("birth_date")
    return DeclaredPerson(
        given_names=content.get("given_names", ""),
        family_name=content.get("family_name", ""),
        birth_date=date.fromisoformat(birth_date) if birth_date else None,
        address=_address(content.get("address")),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: one for name, one in value.items() if one}
    return value.isoformat() if isinstance(value, date) else value


def _record(content: object) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise ValueError("not an object")
    return content


def _address(content: object) -> RegisterAddress | None:
    if content is None:
        return None
    given = _record(content)
    names = ("street", "number", "postcode", "town")
    return RegisterAddress(**{name: _text(given, name, needed=name == "street") for name in names})


def _text(content: dict[str, Any], name: str, *, needed: bool = False) -> str:
    value = content.get(name, "")
    if (
        not isinstance(value, str)
        or len(value) > MAX_TEXT_LENGTH
        or "\0" in value
        or (needed and not value.strip())
    ):
        raise ValueError(f"{name} is not a text that can be right")
    return value.strip()


def _one_of(content: dict[str, Any], name: str, choices: type[TextChoices]) -> str:
    """Return a value of ``choices``; "" if the register has another one, whose meaning is unknown."""
    value = _perhaps(content, name)
    return value if value in choices.values else ""


def _perhaps(content: dict[str, Any], name: str) -> str:
    return "" if content.get(name) is None else _text(content, name)


def _day(value: object) -> date:
    if not isinstance(value, str):
        raise ValueError("a day is missing")
    return date.fromisoformat(value)
