"""What a document says: the template's texts with the answers of a case, as plain text."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from eservices.cases.facts import facts
from eservices.cases.models import Case
from eservices.cases.progress import known
from eservices.cases.stages.kept import all_kept
from eservices.formbuilder import placeholders
from eservices.formbuilder.logic import conditions
from eservices.register.access import person_of
from home.dates import date_format
from home.models import CommuneSettings
from home.typesetting import apart

from . import passages
from .models import Document, DocumentTemplate
from .placeholders import GIVEN, unknown


class CannotWrite(Exception):
    """The template does not fit what was asked. The message is for a lead."""


def template_for(key: str, *languages: str) -> DocumentTemplate:
    """The template in the first of ``languages`` that it has, or in the commune's first language, or in any."""
    found = {template.locale.language_code: template for template in _templates(key)}
    if not found:
        raise CannotWrite(_("There is no document template “%(key)s”.") % {"key": key})
    return next((found[one] for one in languages if one in found), next(iter(found.values())))


def texts(
    case: Case,
    template: DocumentTemplate,
    *,
    number: str,
    day: date,
    valid_until: date | None,
    replaces: Document | None = None,
) -> dict:
    """All that the document says, in the template's language. JSON.

    ``replaces``: the revoked document that this one is issued again for; the paper names it.

    Raises ``CannotWrite`` where the template names what the case does not know.
    """
    language = template.locale.language_code
    with override(language):
        values = facts(case, language) | _registered(case) | _own(number, day, valid_until)
        words = Words(
            {key: apart(value) for key, value in values.items()},
            _labels(case, language),
            known(case),
            timezone.localdate(case.submission.sent_at),
        )
        said = _texts(template, words, office=case.team.called(language), rehearsal=case.rehearsal)
        return said | {"replaces": _replaced(replaces)} if replaces else said


def preview(template: DocumentTemplate, case: Case | None, day: date) -> dict:
    """What the document would say on ``case``; without one, its placeholders stand for themselves."""
    if case is not None:
        return texts(
            case,
            template,
            number=f"{template.letters}-{day.year}-00000",
            day=day,
            valid_until=last_day(template.months, day),
        )
    with override(template.locale.language_code):
        return _texts(
            template, Words(_Placeholders(), _Placeholders(), None, day), office="", rehearsal=False
        )


def last_day(months: int | None, first: date) -> date | None:
    """The last day on which something valid from ``first`` for so many months is; None where it is for ever."""
    return conditions.day(f"+{months}m", first) if months else None


@dataclass(frozen=True)
class Words:
    """What a template is filled with: texts and labels by key, and what conditions look at.

    Without answers every condition holds.
    """

    values: Mapping[str, str]
    labels: Mapping[str, str]
    answers: Mapping | None
    today: date

    def fill(self, text: str) -> str:
        try:
            return placeholders.fill(text, self.values)
        except KeyError as missing:
            raise CannotWrite(unknown(str(missing.args[0]))) from missing

    def holds(self, condition) -> bool:
        return self.answers is None or conditions.holds(condition, self.answers, self.today)

    def facts(self, keys: list[str]) -> list[list[str]]:
        """Label and answer, those without an answer left out."""
        return [[self.labels[key], self.values[key]] for key in keys if self.values.get(key)]


class _Placeholders(dict):
    """Every key stands for itself."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"

    def get(self, key, default=None):
        return self[key]


def _texts(template: DocumentTemplate, words: Words, *, office: str, rehearsal: bool) -> dict:
    return {
        "language": template.locale.language_code,
        "title": template.title,
        "number": words.values["number"],
        "date": words.values["date"],
        "law": words.fill(template.law),
        "body": [_block(block, words) for block in template.body if words.holds(block.value["condition"])],
        "signatory": template.signatory,
        "signatory_role": template.signatory_role,
        **_house(),
        "office": office,
        "rehearsal": _("Specimen from a rehearsal: this document has no value.") if rehearsal else "",
    }


def _block(block, words: Words) -> dict:
    """One block of the body, filled: ``kind``, ``heading``, and ``passages`` or ``facts``."""
    value = block.value
    found = {"kind": block.block_type, "heading": value.get("heading", "")}
    if block.block_type == "facts":
        return found | {"facts": words.facts(value["keys"])}
    return found | {"passages": passages.passages(value["text"].source, words.fill)}


def _house() -> dict:
    """Who issues, and the words that every document bears."""
    commune = CommuneSettings.current()
    return {
        "commune": str(commune),
        "place": commune.name,
        "address": ", ".join(part for part in (commune.address, commune.phone) if part),
        "words": {
            "verify": _("Verify this document"),
            "how": _("QR code, or"),
            "qr": _("QR code leading to the verification page"),
            "arms": _("Arms of %(commune)s") % {"commune": commune.name},
            "seal": _("Electronic seal of the commune. On paper it counts if the page answers “Authentic”."),
        },
    }


def _templates(key: str):
    templates = DocumentTemplate.objects.filter(key=key).select_related("locale")
    return templates.order_by("locale_id")


def _registered(case: Case) -> dict[str, str]:
    """What the register says of the applicant, as far as it was found and may be told."""
    person = person_of(case)
    if person is None:
        return {}
    said = {
        "register_name": person.name,
        "register_birth": date_format(person.birth_date, "DATE_FORMAT"),
        "register_address": str(person.address or ""),
        "register_since": date_format(person.resident_since, "DATE_FORMAT") if person.resident_since else "",
    }
    return {key: text for key, text in said.items() if text}


def _own(number: str, day: date, valid_until: date | None) -> dict[str, str]:
    return {
        "number": number,
        "date": date_format(day, "DATE_FORMAT"),
        "valid_until": date_format(valid_until, "DATE_FORMAT") if valid_until else "",
    }


def _replaced(document: Document) -> str:
    """What the paper tells of the revoked one that somebody may still hold."""
    return _("Replaces no. %(number)s, revoked on %(day)s.") % {
        "number": document.number,
        "day": date_format(timezone.localdate(document.revoked_at), "DATE_FORMAT"),
    }


def _labels(case: Case, language: str) -> dict[str, str]:
    definition = case.version.definition
    labels = {key: str(label).capitalize() for key, label in GIVEN.items()}
    labels |= {one.key: one.label for one in all_kept(definition, language)}
    return labels | {key: definition.text(f"field.{key}.label", language) or key for key in definition.fields}
