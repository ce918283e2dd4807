"""What is said of a case in words: by placeholder in letters and documents, and line by line what is due."""

from django.utils import timezone

from eservices.formbuilder.fee_breakdown import relabel_lines
from eservices.formbuilder.field_types import answer_text, masked_rows
from home.localization.dates import date_format
from home.models import CommuneSettings

from ..models import Case


def placeholder_values(case: Case, language: str) -> dict[str, str]:
    """Every answer by its question's key, what stages left, and who asked what, when.

    In the active language beside answers. Secret answers inside repeating groups are masked: nobody names them, they
    would come along with the group.
    """
    from ..stages import results  # some stages send letters, and letters say these facts

    definition, answers = case.version.definition, case.answers
    said = {
        key: answer_text(field, masked_rows(field, answers.get(key)), definition, language)
        for key, field in definition.fields.items()
    }
    return said | results.result_texts_by_key(case, language) | _of_every_case(case)


def _of_every_case(case: Case) -> dict[str, str]:
    return {
        "applicant": case.applicant,
        "reference": case.reference,
        "sent": date_format(case.submission.sent_at, "DATE_FORMAT"),
        "commune": str(CommuneSettings.current()),
    }


def fee_line_texts(case: Case, due: list[dict], language: str) -> list[dict]:
    """What is due, line by line, in ``language``; it is kept in that of the applicant."""
    sent = case.submission
    if language == sent.language:
        return due
    day = timezone.localdate(sent.sent_at)
    return relabel_lines(language, due, case.version.definition, sent.answers, day)
