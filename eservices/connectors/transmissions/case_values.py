"""The values of a case that a mapping can use, and what of them is known when a service is published."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from django.conf import settings
from django.utils import timezone
from django.utils.translation import override

from eservices.cases.models import Case
from eservices.formbuilder.definition import FieldDefinition, FormDefinition
from eservices.formbuilder.field_types import field_types
from eservices.formbuilder.reference_tables.lookup import table_rows
from eservices.register import access as register
from home.models import CommuneSettings

from .logic import mapping, mapping_problems
from .logic.mapping import CaseValues, MappedCase
from .logic.mapping_problems import KnownSources, SourceFacts

SEPARATOR = ":"  # between the key of a code table and the language of its column
KINDS = {  # by how conditions compare an answer
    "number": mapping_problems.NUMBERS,
    "date": mapping_problems.DAYS,
    "yes_no": mapping_problems.FLAGS,
    "parts": mapping_problems.PARTS,
}
NO_VALUES = ("files",)
LONGEST_OPTION = 100  # characters of the value of an option


def map_case_of_stage(case: Case, stage_settings: dict) -> MappedCase:
    """Return what the mapping in the settings of a stage makes of a case, in the language of the commune."""
    lines = mapping.read_mapping(stage_settings)
    with override(settings.LANGUAGE_CODE):
        values = CaseValues(
            answers=case.answers,
            parts={key: parts_of(field) for key, field in case.version.definition.fields.items()},
            results=case.data,
            properties=_properties(case),
            tables={line.table: _codes(line.table) or {} for line in lines if line.table},
        )
        mapped = mapping.map_case(lines, mapping.read_lists(stage_settings), values)
    return replace(mapped, secret=tuple(_secret_targets(case.version.definition, lines)))


def _secret_targets(definition: FormDefinition, lines: list[mapping.MappedField]) -> Iterator[str]:
    for line in lines:
        asked = [definition.fields.get(key.rpartition(".")[2]) for key in line.questions]
        if line.source == mapping.ANSWER and any(one is not None and one.secret for one in asked):
            yield line.target


def parts_of(field: FieldDefinition) -> tuple[str, ...]:
    """Return the parts of an answer in the order in which people write them. JSON in a database keeps no order."""
    kind = field_types.get(field.type)
    return tuple(kind.columns) if kind else ()


def _properties(case: Case) -> dict:
    document, resident = _last_document(case), register.register_person_of(case)
    return {
        "case.reference": case.reference,
        "case.service": case.service,
        "case.language": case.language,
        "case.team": str(case.team),
        "case.sent": timezone.localtime(case.submission.sent_at),
        "case.outcome": case.outcome,
        "case.decided": case.closed_at and timezone.localtime(case.closed_at),
        "document.number": document.number if document else "",
        "document.issued": document.date if document else None,
        "document.valid_until": document.valid_until if document else None,
        "applicant.name": case.applicant,
        "applicant.email": case.email,
        "applicant.phone": case.phone,
        "register.applicant": resident.key if resident else "",
        "commune.name": CommuneSettings.current().name,
    }


def _last_document(case: Case):
    return case.documents.out().order_by("-issued_at").first()


def _codes(name: str) -> dict[str, str] | None:
    """Return the code by value of a code table, ``TABLE`` or ``TABLE:LANGUAGE``: the label of each row is its code."""
    key, _separator, language = name.partition(SEPARATOR)
    rows = table_rows(key)
    return None if rows is None else {row.value: row.label_in(language) for row in rows}


# -- At publication ------------------------------------------------------------------------------------------
def known_sources(
    definition: FormDefinition, results: dict[str, SourceFacts], tables: Iterable[str]
) -> KnownSources:
    """Return what mappings of a service can use. ``tables``: names of the code tables that they name."""
    questions = {}
    for step in definition.steps:
        for field in step.fields:
            questions[field.key] = _facts(field, definition)
            for inner in field.fields:
                questions[f"{field.key}.{inner.key}"] = _facts(inner, definition, group=field.key)
    codes = {name: codes for name in tables if (codes := _codes(name)) is not None}
    longest = {name: max(map(len, codes.values()), default=0) for name, codes in codes.items()}
    return KnownSources(questions, results, longest)


def _facts(field: FieldDefinition, definition: FormDefinition, group: str = "") -> SourceFacts:
    kind = field_types.get(field.type)
    label = definition.text(f"field.{field.key}.label", settings.LANGUAGE_CODE) or field.key
    if kind is None or (not kind.asks and kind.typed) or field.type in NO_VALUES:
        return SourceFacts(label, mapping_problems.NO_VALUE)
    if field.fields:
        return SourceFacts(label, mapping_problems.ROWS)
    what = KINDS.get(kind.compares, mapping_problems.TEXTS)
    most = field.settings.get("max_length")
    if kind.has_options or field.table:
        most = LONGEST_OPTION
    return SourceFacts(label, what, most, parts_of(field), group)
