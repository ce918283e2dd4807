"""Rendering of letter templates for a case."""

from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext_lazy, override

from eservices.deliveries.paragraphs import map_texts, paragraphs_to_text
from eservices.deliveries.rendering import single_line
from eservices.formbuilder import placeholders
from home.localization.dates import date_format

from ..logic.rich_text import paragraphs_from_html
from ..models import Case, LetterTemplate
from .placeholders import placeholder_values

NOT_KNOWN = "…"  # replaces a missing value; agents see it before they send
# Placeholders of every case, besides its answers.
GIVEN = {
    "applicant": gettext_lazy("name of the applicant"),
    "reference": gettext_lazy("reference of the case"),
    "service": gettext_lazy("name of the service"),
    "sent": gettext_lazy("day the request was sent"),
    "deadline": gettext_lazy("latest day of our answer"),
    "reason": gettext_lazy("reason of the decision"),
    "team": gettext_lazy("team that treats the request"),
    "team_phone": gettext_lazy("telephone of the team"),
    "commune": gettext_lazy("name of the commune"),
    "date": gettext_lazy("today"),
}


class RenderedLetter(NamedTuple):
    """A letter with all placeholders replaced."""

    subject: str
    paragraphs: list

    @property
    def text(self) -> str:
        return paragraphs_to_text(self.paragraphs).strip()


def render_letter(case: Case, letter: LetterTemplate) -> RenderedLetter:
    """Render ``letter`` for ``case``, in the letter's language."""
    return fill_placeholders(letter, letter_values(case, letter.locale.language_code))


def fill_placeholders(letter: LetterTemplate, values: dict[str, str]) -> RenderedLetter:
    """Render ``letter`` with ``values`` instead of its placeholders."""

    def replaced(text: str) -> str:
        return fill(text, values)

    with override(letter.locale.language_code):  # French elision depends on the active language
        return RenderedLetter(
            single_line(replaced(letter.subject)), map_texts(paragraphs_from_html(letter.text), replaced)
        )


def fill(text: str, values: dict[str, str]) -> str:
    """Replace the placeholders of ``text``. Missing values become ``NOT_KNOWN``."""
    return placeholders.fill_placeholders(text, values, NOT_KNOWN)


def fill_for_applicant(case: Case, text: str) -> str:
    """Replace the placeholders of ``text``, which the applicant of ``case`` reads."""
    return fill(text, letter_values(case, case.language))


def letter_values(case: Case, language: str) -> dict[str, str]:
    """Return the values of the placeholders, without secret answers."""
    definition = case.version.definition
    secret = {key for key, field in definition.fields.items() if field.secret}
    with override(language):
        deadline = timezone.localtime(case.deadline) if case.deadline else None
        values = placeholder_values(case, language) | {
            "service": definition.title(language),
            "deadline": date_format(deadline, "DATE_FORMAT") if deadline else "",
            "reason": case.reason,
            "team": case.team.name_in(language),
            "team_phone": case.team.phone,
            "date": date_format(timezone.localdate(), "DATE_FORMAT"),
        }
    return {key: text for key, text in values.items() if key not in secret}
