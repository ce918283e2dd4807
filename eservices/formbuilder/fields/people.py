"""Form field for persons."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from .base import PartsWidget, field_error
from .dates import DateField, clean_part

SALUTATIONS = {"mrs": _("Mrs"), "mr": _("Mr")}
MAX_NAME_LENGTH = 100


class PersonField(forms.Field):
    """A person: first and last name, and those of salutation, born and nationality that are in ``more``.

    Clean: ``{"first_name", "last_name", …}`` without empty parts; ``born`` is a date, ``nationality`` an ISO code of
    ``countries``. The salutation is optional.
    """

    default_error_messages = {
        "required": _("Enter the first and the last name."),
        "first_name": _("Add the first name."),
        "last_name": _("Add the last name."),
        "born": _("Add the date of birth."),
        "future": _("Enter a date of birth in the past."),
        "nationality": _("Choose the nationality."),
        "salutation": _("Choose one of the answers."),
        "long": _("This is too long: at most %(limit)s characters."),
    }

    def __init__(self, *, more: tuple[str, ...] = (), countries=(), today: date | None = None, **kwargs):
        super().__init__(widget=PartsWidget(parts_of(more)), **kwargs)
        self.more, self.countries, self.today = more, countries, today
        self.day = DateField(required=False, newest_year=today.year if today else None)

    def to_python(self, value):
        if not value:
            return None
        found = {name: self._name(name, value) for name in ("first_name", "last_name")}
        for name in self.more:
            found[name] = getattr(self, f"_{name}")(value)
        return {name: answer for name, answer in found.items() if answer}

    def _name(self, part: str, value: dict[str, str]) -> str:
        if not value[part]:
            raise field_error(self, part, part=part)
        if "\x00" in value[part] or len(value[part]) > MAX_NAME_LENGTH:
            raise field_error(self, "long", part=part, limit=MAX_NAME_LENGTH)
        return value[part]

    def _salutation(self, value: dict[str, str]) -> str:
        if value["salutation"] and value["salutation"] not in SALUTATIONS:
            raise field_error(self, "salutation", part="salutation")
        return value["salutation"]

    def _born(self, value: dict[str, str]) -> date:
        born = clean_part(self.day, value, "born")
        if born is None:
            raise field_error(self, "born", part="born_day")
        if self.today and born > self.today:
            raise field_error(self, "future", part="born_year")
        return born

    def _nationality(self, value: dict[str, str]) -> str:
        if value["nationality"] not in self.countries:
            raise field_error(self, "nationality", part="nationality")
        return value["nationality"]


def parts_of(more: tuple[str, ...]) -> tuple[str, ...]:
    """Return the inputs of a person, in the order of the page."""
    born = tuple(f"born_{part}" for part in DateField.PARTS) if "born" in more else ()
    salutation = ("salutation",) if "salutation" in more else ()
    nationality = ("nationality",) if "nationality" in more else ()
    return (*salutation, "first_name", "last_name", *born, *nationality)
