"""What a document says: the template's texts with the answers of a case, as plain text."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from eservices.cases.models import Case
from eservices.formbuilder.field_types import display
from home.models import CommuneSettings

from . import placeholders
from .models import DocumentTemplate


class CannotWrite(Exception):
    """The template does not fit what was asked. The message is for a lead."""


def template_for(key: str, language: str) -> DocumentTemplate:
    """The template in ``language``, or in the commune's first language, or in any."""
    found = {template.locale.language_code: template for template in _templates(key)}
    if not found:
        raise CannotWrite(_("There is no document template “%(key)s”.") % {"key": key})
    return found.get(language) or next(iter(found.values()))


def texts(case: Case, template: DocumentTemplate, *, number: str, day: date) -> dict:
    """All that the document says, in the template's language. JSON."""
    language, commune = template.locale.language_code, CommuneSettings.current()
    with override(language):
        values = _values(case, language) | {"number": number, "date": date_format(day, "DATE_FORMAT")}
        return {
            "language": language,
            "title": template.title,
            "number": number,
            "date": values["date"],
            "law": _filled(template.law, values),
            "sentence": _filled(template.sentence, values),
            "validity": _filled(template.validity, values),
            "facts": _facts(case, template, values),
            "commune": str(commune),
            "place": commune.name,
            "address": ", ".join(part for part in (commune.address, commune.phone) if part),
            "office": case.team.name,
            "rehearsal": _("Rehearsal: this document has no value.") if case.rehearsal else "",
            "words": {
                "about": _("What was declared"),
                "validity": _("Value"),
                "verify": _("Verify this document"),
                "how": _("QR code, or"),
                "qr": _("QR code leading to the verification page"),
                "arms": _("Arms of %(commune)s") % {"commune": commune.name},
                "seal": _("The page shows number, date and digest. Valid without a signature by hand."),
            },
        }


def _templates(key: str):
    templates = DocumentTemplate.objects.filter(key=key).select_related("locale")
    return templates.order_by("locale_id")


def _values(case: Case, language: str) -> dict[str, str]:
    """Every answer by its question's key, and what else a document may say."""
    definition, answers = case.version.definition, case.submission.answers
    written = {
        key: display(field, answers.get(key), definition, language)
        for key, field in definition.fields.items()
    }
    return written | {
        "applicant": case.applicant,
        "reference": case.reference,
        "sent": date_format(case.submission.sent_at, "DATE_FORMAT"),
        "commune": str(CommuneSettings.current()),
    }


def _facts(case: Case, template: DocumentTemplate, values: dict[str, str]) -> list[list[str]]:
    """Label and answer of the fields that the template lists, those without an answer left out."""
    definition, language = case.version.definition, template.locale.language_code
    labels = {key: definition.text(f"field.{key}.label", language) for key in definition.fields}
    labels |= {key: str(label).capitalize() for key, label in placeholders.GIVEN.items()}
    return [[labels.get(key) or key, values[key]] for key in template.fact_keys if values.get(key)]


def _filled(text: str, values: dict[str, str]) -> str:
    try:
        return placeholders.fill(text, values)
    except KeyError as missing:
        raise CannotWrite(placeholders.unknown(str(missing.args[0]))) from missing
