"""Mark of questions about a person other than the applicant. Pure.

Register checks find the answers by this mark, and documents do not name a person whom the check did not find.
"""

from collections.abc import Iterator

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..blocks import PlainChoiceBlock
from ..definition import FieldDefinition

GIVEN_NAMES, FAMILY_NAME, WHOLE_NAME = "given_names", "family_name", "name"
BIRTH_DATE, PERSON = "birth_date", "person"
SETTING = "names"
LABELS = {
    GIVEN_NAMES: _("the first names of a person to look up"),
    FAMILY_NAME: _("the last name of a person to look up"),
    WHOLE_NAME: _("the whole name of a person to look up"),
    BIRTH_DATE: _("the date of birth of a person to look up"),
    PERSON: _("a person to look up"),
}


def names_block(*parts: str) -> tuple[str, PlainChoiceBlock]:
    """Return the setting with which an editor marks the answer as one of ``parts``."""
    block = PlainChoiceBlock(
        required=False,
        choices=[(part, LABELS[part]) for part in parts],
        label=_("Person in the register"),
        help_text=_("A person other than the applicant: “Check against the register” looks them up."),
    )
    return SETTING, block


def names_faults(field: FieldDefinition, *parts: str) -> Iterator[str]:
    """Yield what is wrong with the mark of a question that may be one of ``parts``."""
    mark = field.settings.get(SETTING) or ""
    if mark not in ["", *parts]:
        yield gettext("“%(mark)s” is not a detail of a person that this answer can provide") % {"mark": mark}


def part_of(field: FieldDefinition) -> str:
    """Return which part of a person the answer is; "" if the question is not marked."""
    mark = field.settings.get(SETTING)
    return mark if mark in LABELS else ""
