"""Text of an appealable decision."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, npgettext, override

from eservices.accounts.models import User
from eservices.deliveries.paragraphs import map_texts, paragraphs_from_text
from eservices.formbuilder import placeholders
from home.models import CommuneSettings

from ..logic.appeal_terms import AppealRules
from ..logic.rich_text import paragraphs_from_html
from ..models import Case, LegalRemedies, LetterTemplate
from ..models.letter_templates import TermUnit
from ..states import CaseOutcome
from . import letter_rendering

RECESS = {  # by the key of a part of the recess
    "easter": gettext_lazy("from the seventh day before Easter to the seventh day after it"),
    "summer": gettext_lazy("from 15 July to 15 August"),
    "year_end": gettext_lazy("from 18 December to 2 January"),
    "august": gettext_lazy("from 1 to 31 August"),
}


def decision_text(
    case: Case, remedies: LegalRemedies, rules: AppealRules, signatories: Iterable[User]
) -> letter_rendering.RenderedLetter:
    """Return title and paragraphs in the language of the case: decision, reasons, legal remedies, signatures.

    A letter template that the service names for the outcome replaces the default text, including its salutation.
    """
    with override(case.language):
        title = _("Decision on your request %(reference)s") % {"reference": case.reference}
        return letter_rendering.RenderedLetter(
            title,
            [
                *_decision_paragraphs(case),
                {"heading": _("Legal remedies")},
                *_appeal_paragraphs(remedies, rules),
                *_signature_paragraphs(case, signatories),
            ],
        )


def term_in_words(number: int, unit: str) -> str:
    """Return an appeal term as “30 days” or “2 months”, in the active language."""
    if unit == TermUnit.MONTHS:
        return ngettext("%(number)s month", "%(number)s months", number) % {"number": number}
    return ngettext("%(number)s day", "%(number)s days", number) % {"number": number}


def _term_in_sentence(number: int, unit: str) -> str:
    """Return an appeal term as it appears after “within”, because German declines it there."""
    words = (
        npgettext("within", "%(number)s month", "%(number)s months", number)
        if unit == TermUnit.MONTHS
        else npgettext("within", "%(number)s day", "%(number)s days", number)
    )
    return words % {"number": number}


def _decision_paragraphs(case: Case) -> list:
    settings = case.version.definition.settings
    letter = LetterTemplate.objects.best_translation(
        settings.get("letters", {}).get(case.outcome, ""), case.language
    )
    if letter:
        return letter_rendering.render_letter(case, letter).paragraphs
    accepted = case.outcome == CaseOutcome.ACCEPTED
    text = (
        _("Your request “%(service)s” is accepted.")
        if accepted
        else _("Your request “%(service)s” is refused.")
    )
    reasons = [{"heading": _("Reasons")}, *paragraphs_from_text(case.reason)] if case.reason else []
    return [_("Dear Sir or Madam,"), text % {"service": case.service}, *reasons]


def _appeal_paragraphs(remedies: LegalRemedies, rules: AppealRules) -> list:
    values = {
        "authority": remedies.authority,
        "days": str(remedies.days),
        "term": _term_in_sentence(remedies.days, remedies.unit),
    }
    found = map_texts(
        paragraphs_from_html(remedies.text), lambda text: placeholders.fill_placeholders(text, values)
    )
    return [*found, *_suspension_paragraph(remedies, rules)]


def _suspension_paragraph(remedies: LegalRemedies, rules: AppealRules) -> list:
    """Return a paragraph with the times in which the term is suspended; nothing if it never is."""
    if not (rules.recess and remedies.recess and remedies.unit == TermUnit.DAYS):
        return []
    *first, last = (str(RECESS[one.key]) for one in rules.recess)
    times = _("%(first)s and %(last)s") % {"first": ", ".join(first), "last": last} if first else last
    return [
        _("This time does not run %(times)s (%(source)s).") % {"times": times, "source": rules.recess_source}
    ]


def _signature_paragraphs(case: Case, signatories: Iterable[User]) -> list:
    """Return the closing phrase, the deciding authority, and its signatories."""
    authority = case.team.authority or str(CommuneSettings.current())
    functions = dict(case.team.memberships.values_list("user_id", "function"))
    return [
        _("Yours faithfully,"),
        [[authority, "b"]],
        {"signatures": [[str(one), functions.get(one.pk, "")] for one in signatories]},
    ]
