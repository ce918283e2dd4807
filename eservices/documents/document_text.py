"""Texts of documents: templates filled with the answers of a case, or with data of the population register."""

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from eservices.cases.models import Case
from eservices.cases.texts.placeholders import placeholder_values
from eservices.cases.workflow.progress import known_values
from eservices.cases.workflow.stage_results import results_of_definition
from eservices.formbuilder import placeholders
from eservices.formbuilder.logic import conditions
from eservices.register.access import answer_about
from eservices.submissions.identity_level import declared_birth_date
from home.localization.dates import date_format
from home.models import CommuneSettings
from home.printing.pdf import isolate_direction

from . import rich_text
from .blocks import APPLICANT, ROWS
from .exceptions import OutdatedAnswer, TemplateError
from .models import Document, DocumentTemplate
from .models.templates import texts_of
from .named_persons import recognisable, recognisable_person
from .placeholders import (
    GIVEN,
    OWN,
    REGISTER,
    declared_in_register_document,
    register_in_declared_document,
    unknown_placeholder_error,
)
from .register_extract import Registered


def template_for(key: str, *languages: str) -> DocumentTemplate:
    """Return the template in the first of ``languages`` that it has, else in the commune's first language or any.

    Raise TemplateError if there is no template with this key.
    """
    found = {template.locale.language_code: template for template in _templates(key)}
    if not found:
        raise TemplateError(_("There is no document template “%(key)s”.") % {"key": key})
    return next((found[one] for one in languages if one in found), next(iter(found.values())))


@dataclass(frozen=True)
class Written:
    """All texts of a document, as JSON, and the people it names, as far as verification shows them."""

    texts: dict
    people: list[dict]


def write(
    case: Case,
    template: DocumentTemplate,
    *,
    number: str,
    day: date,
    valid_until: date | None,
    replaces: Document | None = None,
) -> Written:
    """Write the texts of a document, in the template's language.

    ``replaces``: the revoked document that this one replaces and names.

    A template about the population register is filled from the register's answer only. Raise TemplateError if the
    template uses a placeholder that the case or the register's answer lacks.
    """
    language = template.locale.language_code
    with override(language):
        own = _own(number, day, valid_until)
        words = _of_register(case, own) if template.tells_register else _of_answers(case, own, language)
        texts = _texts(template, words, office=case.team.name_in(language), rehearsal=case.rehearsal)
        if replaces:
            texts["replaces"] = _replaced(replaces)
        return Written(texts, words.named(template))


def preview_texts(template: DocumentTemplate, case: Case | None, day: date) -> dict:
    """Return the texts of the document for ``case``; without a case, with its placeholders unfilled."""
    if case is not None:
        return write(
            case,
            template,
            number=f"{template.letters}-{day.year}-00000",
            day=day,
            valid_until=last_valid_day(template.months, day),
        ).texts
    with override(template.locale.language_code):
        words = TemplateValues(
            _Placeholders(), _Placeholders(), None, day, tells_register=template.tells_register
        )
        return _texts(template, words, office="", rehearsal=False)


def last_valid_day(months: int | None, first: date) -> date | None:
    """Return the last day of something valid from ``first`` for so many months; None if it is unlimited."""
    return conditions.parse_day(f"+{months}m", first) if months else None


@dataclass(frozen=True)
class TemplateValues:
    """Values for filling a template: texts and labels by key, and the answers for conditions.

    Without answers every condition holds. ``registered``: data of the population register, by the person that a
    block is about. ``applicant``: keys that name the applicant, and the applicant as verification shows them.
    """

    values: Mapping[str, str]
    labels: Mapping[str, str]
    answers: Mapping | None
    today: date
    tells_register: bool = False
    declared: Mapping[str, str] | None = None  # declared answers, kept apart in a document about the register
    registered: "Registered | None" = None
    applicant: tuple[frozenset[str], list[dict]] = (frozenset(), [])

    def fill(self, runs: list[str], about: str = APPLICANT) -> list[str]:
        values = self.values
        if self.registered and any(
            key in REGISTER for run in runs for key in placeholders.placeholder_keys(run)
        ):
            values = ChainMap(self.registered.values(about), dict(values))
        try:
            return placeholders.fill_runs(runs, values)
        except KeyError as missing:
            raise TemplateError(self._missing(str(missing.args[0]))) from missing

    def holds(self, condition) -> bool:
        return self.answers is None or conditions.condition_holds(condition, self.answers, self.today)

    def facts(self, keys: list[str]) -> list[list[str]]:
        """Return label and answer of each key that has an answer."""
        values = self.values if self.declared is None else self.declared
        return [[self.labels[key], values[key]] for key in keys if values.get(key)]

    def people(self, about: str, rows: list[str]) -> list[list[list[str]]]:
        """Return label and register data for each person; data that the register lacks are left out."""
        if self.registered:
            return self.registered.rows(about, rows)
        return [[[_capital(ROWS[row]), f"{{{row}}}"] for row in ROWS if row in rows]]

    def named(self, template: DocumentTemplate) -> list[dict]:
        """Return the people named by the blocks whose condition holds, as verification shows them."""
        if self.registered is None:
            keys, people = self.applicant
            return people if any(keys & _keys(block) for block in self._held(template)) else []
        about = [block.value.get("about") or APPLICANT for block in self._held(template) if _tells(block)]
        people = {one.key: one for each in about for one in self.registered.people(each)}
        return [recognisable_person(one) for one in people.values()]

    def _held(self, template: DocumentTemplate) -> list:
        return [block for block in template.body if self.holds(block.value["condition"])]

    def _missing(self, key: str) -> str:
        if self.tells_register and key not in GIVEN:
            return declared_in_register_document(key)
        if not self.tells_register and key in REGISTER:
            return register_in_declared_document(key)
        return unknown_placeholder_error(key)


def _keys(block) -> set[str]:
    """Return the keys that a block uses: placeholders of its text, and questions of its table."""
    said = {key for text in texts_of(block) for key in placeholders.placeholder_keys(text)}
    return said | set(block.value.get("keys", []))


def _tells(block) -> bool:
    """Return whether a block shows register data about people."""
    return block.block_type == "people" or bool(_keys(block) & (REGISTER.keys() - {"register_date"}))


class _Placeholders(dict):
    """A mapping in which each key has itself as placeholder."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"

    def get(self, key, default=None):
        return self[key]


def _texts(template: DocumentTemplate, words: TemplateValues, *, office: str, rehearsal: bool) -> dict:
    return {
        "language": template.locale.language_code,
        "title": template.title,
        "number": words.values["number"],
        "date": words.values["date"],
        "law": words.fill([template.law])[0],
        "body": [_block(block, words) for block in template.body if words.holds(block.value["condition"])],
        "signatory": template.signatory,
        "signatory_role": template.signatory_role,
        **_house(),
        "office": office,
        "rehearsal": _("Specimen from a rehearsal: this document has no value.") if rehearsal else "",
    }


def _block(block, words: TemplateValues) -> dict:
    """Return one filled block of the body: ``kind``, ``heading``, and ``passages``, ``facts`` or ``people``."""
    value = block.value
    about = value.get("about") or APPLICANT
    found = {"kind": block.block_type, "heading": value.get("heading", "")}
    if block.block_type == "facts":
        declared = {"heading": _("Declared"), "note": _("Declared by the applicant, not by the register.")}
        apart_as = declared if words.tells_register else {}
        return found | apart_as | {"facts": words.facts(value["keys"])}
    if block.block_type == "people":
        return found | {"people": words.people(about, value["rows"])}
    return found | {
        "passages": rich_text.passages_from_html(value["text"].source, lambda runs: words.fill(runs, about))
    }


def _house() -> dict:
    """Return the commune's data and the fixed texts of all documents."""
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
            "seal": _(
                "Electronic seal of the commune. A printed copy is valid if the page shows “Authentic”."
            ),
        },
    }


def _templates(key: str):
    templates = DocumentTemplate.objects.filter(key=key).select_related("locale")
    return templates.order_by("locale_id")


def _of_answers(case: Case, own: dict[str, str], language: str) -> TemplateValues:
    """Return the values of a document with declared data, and data added by agents."""
    values = placeholder_values(case, language) | own
    return TemplateValues(
        {key: isolate_direction(value) for key, value in values.items()},
        _labels(case, language),
        known_values(case),
        timezone.localdate(case.submission.sent_at),
        applicant=_applicant(case),
    )


def _of_register(case: Case, own: dict[str, str]) -> TemplateValues:
    """Return the values of a document about the population register: its answer, and separately what was declared.

    Raise TemplateError if the register was not asked or does not know the applicant, OutdatedAnswer if its answer
    is too old or from before a correction.
    """
    answer = answer_about(case)
    if answer is None:
        raise TemplateError(
            _(
                "The register was not asked about the applicant, or has no record of them. The document "
                "cannot use its data."
            )
        )
    if not answer.is_current:
        raise OutdatedAnswer(
            _(
                "The request was corrected since the register was asked. Reopen the case: the register is asked again."
            )
        )
    if not answer.is_recent:
        raise OutdatedAnswer(
            _("The register answered more than 30 days ago. Reopen the case: the register is asked again.")
        )
    language = get_language()
    said = placeholder_values(case, language)
    declared = {key: isolate_direction(said[key]) for key in case.version.definition.fields}
    allowed = {key: said[key] for key in OWN if key in said}
    return TemplateValues(
        {key: isolate_direction(value) for key, value in (allowed | own).items()},
        _labels(case, language),
        known_values(case),
        timezone.localdate(case.submission.sent_at),
        tells_register=True,
        declared=declared,
        registered=Registered(answer),
    )


def _applicant(case: Case) -> tuple[frozenset[str], list[dict]]:
    """Return the keys by which a document names the applicant, and the applicant as verification shows them."""
    definition = case.version.definition
    keys = definition.settings.get("applicant", {}).get("name", [])
    born = declared_birth_date(definition, case.answers)
    people = [recognisable(case.applicant, born.year if born else None)] if case.applicant else []
    return frozenset([*keys, "applicant"]), people


def _own(number: str, day: date, valid_until: date | None) -> dict[str, str]:
    return {
        "number": number,
        "date": date_format(day, "DATE_FORMAT"),
        "valid_until": date_format(valid_until, "DATE_FORMAT") if valid_until else "",
    }


def _replaced(document: Document) -> str:
    """Return the sentence that names the revoked document, of which copies may still exist."""
    return _("Replaces no. %(number)s, revoked on %(day)s.") % {
        "number": document.number,
        "day": date_format(timezone.localdate(document.revoked_at), "DATE_FORMAT"),
    }


def _labels(case: Case, language: str) -> dict[str, str]:
    definition = case.version.definition
    labels = {key: _capital(label) for key, label in GIVEN.items()}
    labels |= {one.key: one.label for one in results_of_definition(definition, language)}
    return labels | {key: definition.text(f"field.{key}.label", language) or key for key in definition.fields}


def _capital(label) -> str:
    text = str(label)
    return text[:1].upper() + text[1:]
