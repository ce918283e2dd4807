"""Texts about a case: values of placeholders in letters and documents, and lines of fees."""

from django.utils import timezone

from eservices.formbuilder.fee_breakdown import relabel_lines
from eservices.formbuilder.field_types import answer_text, masked_rows
from home.localization.dates import date_format
from home.models import CommuneSettings

from ..models import Case
from ..workflow.stage_results import result_texts_by_key


def placeholder_values(case: Case, language: str) -> dict[str, str]:
    """Return the values of all placeholders: answers, stage results, applicant, reference and dates.

    Texts other than answers are in the active language. Secret answers inside repeating groups are masked: they would
    otherwise appear as part of the group.
    """
    definition, answers = case.version.definition, case.answers
    values = {
        key: answer_text(field, masked_rows(field, answers.get(key)), definition, language)
        for key, field in definition.fields.items()
    }
    return values | result_texts_by_key(case, language) | _common_values(case)


def _common_values(case: Case) -> dict[str, str]:
    return {
        "applicant": case.applicant,
        "reference": case.reference,
        "sent": date_format(case.submission.sent_at, "DATE_FORMAT"),
        "commune": str(CommuneSettings.current()),
    }


def fee_line_texts(case: Case, due: list[dict], language: str) -> list[dict]:
    """Return the fee lines in ``language``. They are stored in the language of the applicant."""
    sent = case.submission
    if language == sent.language:
        return due
    day = timezone.localdate(sent.sent_at)
    return relabel_lines(language, due, case.version.definition, sent.answers, day)
