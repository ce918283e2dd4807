"""Field types for persons."""

from datetime import date
from functools import lru_cache

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django_countries import countries
from wagtail import blocks

from .. import fields
from ..fields.people import SALUTATIONS
from .base import IDENTITY, FieldType, InputPart, register_field_type
from .dates import day_parts, day_texts, format_answer_day
from .named_persons import PERSON, names_block, names_faults


@register_field_type
class Person(FieldType):
    """A person: ``{"first_name", "last_name"}``, and the other parts that the editor selects.

    These are ``salutation`` ("mrs", "mr"), ``born`` (a date) and ``nationality`` (a country's ISO code).
    """

    key, label, icon, compares = "person", _("Person"), "user", "given"
    says = _("First and last name; salutation, date of birth and nationality if you ask for them.")
    group, form_class = IDENTITY, fields.PersonField
    template = "formbuilder/fields/parts.html"
    columns = ("salutation", "first_name", "last_name", "born", "nationality")
    MORE = {"salutation": _("Salutation"), "born": _("Date of birth"), "nationality": _("Nationality")}
    example = {"settings": {"more": ["born"]}}

    def settings_blocks(self):
        label, choices = _("Asked beside the names"), list(self.MORE.items())
        more = blocks.MultipleChoiceBlock(required=False, choices=choices, label=label)
        return [("more", more), names_block(PERSON)]

    def settings_faults(self, field):
        yield from names_faults(field, PERSON)
        more = field.settings.get("more") or []
        if not isinstance(more, list) or any(one not in [*self.MORE] for one in more):
            yield gettext("you can only ask this about a person: %(names)s") % {"names": ", ".join(self.MORE)}

    def more(self, field) -> tuple[str, ...]:
        wanted = field.settings.get("more")
        return tuple(one for one in self.MORE if isinstance(wanted, list) and one in wanted)

    def arguments(self, field):
        return {"more": self.more(field), "countries": countries, "today": timezone.localdate()}

    def inputs(self, field):
        more = self.more(field)
        found = [InputPart("first_name", _("First name")), InputPart("last_name", _("Last name"))]
        if "salutation" in more:
            options = tuple(SALUTATIONS.items())
            found.insert(
                0, InputPart("salutation", self.MORE["salutation"], "w10", optional=True, options=options)
            )
        if "born" in more:
            found += day_parts("born", self.MORE["born"])
        if "nationality" in more:
            found.append(InputPart("nationality", self.MORE["nationality"], options=nationalities()))
        return tuple(found)

    def to_json(self, value):
        if not value:
            return None
        return {name: one.isoformat() if isinstance(one, date) else one for name, one in value.items()}

    def from_json(self, answer):
        if not isinstance(answer, dict):
            return None
        found = {name: str(one) for name, one in answer.items() if name in self.columns and name != "born"}
        try:
            return found | day_texts(answer["born"], "born")
        except (TypeError, ValueError, LookupError):
            return found

    def answer_text(self, answer, field, definition, language):
        names = [SALUTATIONS.get(answer.get("salutation")), answer.get("first_name"), answer.get("last_name")]
        found = [" ".join(str(name) for name in names if name)]
        if answer.get("born"):
            found.append(format_answer_day(answer["born"]))
        if answer.get("nationality"):
            found.append(countries.name(answer["nationality"]) or str(answer["nationality"]))
        return ", ".join(found)


@register_field_type
class Country(FieldType):
    """A country, as its ISO code: nationality, country of origin or of destination."""

    key, label, icon = "country", _("Country"), "site"
    says = _("From the list of all countries, yours first. Conditions compare its code, for example CH.")
    group, form_class = IDENTITY, fields.ChoiceField
    template = "formbuilder/fields/choice.html"
    one_of_list = True

    def arguments(self, field):
        return {"choices": nationalities()}

    def cells(self, answer, field, definition, language):
        return [self.answer_text(answer, field, definition, language)]

    def answer_text(self, answer, field, definition, language):
        return countries.name(answer) or str(answer)


def nationalities() -> tuple[tuple[str, str], ...]:
    """Return every country in the active language, the commune's own first."""
    return _listed(get_language(), settings.COUNTRY)


@lru_cache(maxsize=32)
def _listed(language: str | None, first: str) -> tuple[tuple[str, str], ...]:
    """Return every country in ``language``, which is the active one, ``first`` before the others."""
    return tuple(sorted(((one.code, one.name) for one in countries), key=lambda one: one[0] != first))
