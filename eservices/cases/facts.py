"""What the texts of letters and documents may say of a case, by placeholder, in words."""

from eservices.formbuilder.field_types import display
from home.dates import date_format
from home.models import CommuneSettings

from .models import Case


def facts(case: Case, language: str) -> dict[str, str]:
    """Every answer by its question's key, and who asked what, when. In the active language beside answers."""
    definition, answers = case.version.definition, case.answers
    said = {
        key: display(field, answers.get(key), definition, language)
        for key, field in definition.fields.items()
    }
    return said | {
        "applicant": case.applicant,
        "reference": case.reference,
        "sent": date_format(case.submission.sent_at, "DATE_FORMAT"),
        "commune": str(CommuneSettings.current()),
    }
