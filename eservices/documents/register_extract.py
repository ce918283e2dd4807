"""The population register's answer as texts for a document. All data come from the register, none are declared."""

from dataclasses import dataclass
from functools import cached_property

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from eservices.register.access import RegisterAnswer
from eservices.register.address_normalization import normalize_address
from eservices.register.persons import CivilStatus, RegisterPerson
from home.localization.dates import date_format
from home.printing.pdf import isolate_direction

from .blocks import APPLICANT, EVERYBODY, NAMED, ROWS
from .exceptions import TemplateError


@dataclass(frozen=True)
class Registered:
    """Texts about the people that the population register found, by the person that a block is about."""

    answer: RegisterAnswer

    def people(self, about: str) -> tuple[RegisterPerson, ...]:
        """Return the people a block is about. Raise TemplateError if there is none."""
        found = self._by_about[about]
        if not found:
            raise TemplateError(
                _(
                    "The register found none of the people named by the applicant. The document cannot use "
                    "its data about them."
                )
            )
        return found

    def values(self, about: str) -> dict[str, str]:
        """Return the values of placeholders; those that the register lacks for any of the people are left out."""
        people = self.people(about)
        each = [_said(one, self.answer) for one in people]
        values = {f"register_{name}": _joined([one.get(name, "") for one in each]) for name in PLACEHOLDERS}
        values["register_date"] = date_format(self.answer.day, "DATE_FORMAT")
        if len({normalize_address(one.address) for one in people if one.address}) > 1:
            values["register_address"] = ""  # one address would be wrong for some of them
        return {key: isolate_direction(text) for key, text in values.items() if text}

    def rows(self, about: str, rows: list[str]) -> list[list[list[str]]]:
        """Return label and value for each person; values that the register lacks are left out."""
        tables = []
        for person in self.people(about):
            said = _said(person, self.answer)
            tables.append(
                [[_label(row), isolate_direction(said[row])] for row in ROWS if row in rows and said.get(row)]
            )
        return tables

    @cached_property
    def _by_about(self) -> dict[str, tuple[RegisterPerson, ...]]:
        applicant, named = (self.answer.applicant,), self.answer.named
        return {APPLICANT: applicant, NAMED: named, EVERYBODY: applicant + named}


PLACEHOLDERS = ("name", *ROWS)


def _said(person: RegisterPerson, answer: RegisterAnswer) -> dict[str, str]:
    """Return the register's data of a person, by name. People who are not residents have no address."""
    lives_here = person.is_resident(answer.day)
    since = person.resident_since if lives_here else None
    return {
        "name": person.name,
        "given_names": person.given_names,
        "family_name": person.family_name,
        "birth": date_format(person.birth_date, "DATE_FORMAT"),
        "origin": person.origin,
        "civil_status": str(CivilStatus(person.civil_status).label) if person.civil_status else "",
        "address": str(person.address or "") if lives_here else "",
        "since": date_format(since, "DATE_FORMAT") if since else "",
    }


def _joined(texts: list[str]) -> str:
    """Return the texts as a list in words, without duplicates; "" if one of them is missing."""
    if not all(texts):
        return ""
    return get_text_list(list(dict.fromkeys(texts)), _("and"))


def _label(row: str) -> str:
    text = str(ROWS[row])
    return text[:1].upper() + text[1:]
