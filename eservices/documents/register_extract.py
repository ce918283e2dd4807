"""The register's answer in the words of a document. Everything here comes from the register; nothing was typed."""

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


class TemplateError(Exception):
    """The template does not fit what was asked. The message is for a lead."""


class OutdatedAnswer(TemplateError):
    """The register has to be asked again first."""


@dataclass(frozen=True)
class Registered:
    """What a document may say of the people that the register found, by whom a block of it is about."""

    answer: RegisterAnswer

    def people(self, about: str) -> tuple[RegisterPerson, ...]:
        """Return the people a block is about. Raise ``TemplateError`` if there is none, or they live apart."""
        found = self._by_about[about]
        if not found:
            raise TemplateError(
                _(
                    "The register found none of the people whom the applicant names: nothing can be told of them."
                )
            )
        return found

    def values(self, about: str) -> dict[str, str]:
        """Return what placeholders stand for; what the register does not say of everybody is left out."""
        people = self.people(about)
        each = [_said(one, self.answer) for one in people]
        values = {f"register_{name}": _joined([one.get(name, "") for one in each]) for name in PLACEHOLDERS}
        values["register_date"] = date_format(self.answer.day, "DATE_FORMAT")
        if len({normalize_address(one.address) for one in people if one.address}) > 1:
            values["register_address"] = ""  # a sentence would have them live where they do not
        return {key: isolate_direction(text) for key, text in values.items() if text}

    def rows(self, about: str, rows: list[str]) -> list[list[list[str]]]:
        """Return label and value for each person; what the register does not say is left out."""
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
    """Return what the register says of a person, by name. Whoever does not live here has no address here."""
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
    """Return the texts as a list in words, equal ones once; "" if one of them is missing."""
    if not all(texts):
        return ""
    return get_text_list(list(dict.fromkeys(texts)), _("and"))


def _label(row: str) -> str:
    text = str(ROWS[row])
    return text[:1].upper() + text[1:]
