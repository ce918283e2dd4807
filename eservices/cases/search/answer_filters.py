"""Filters of the queue on answers: those that a form marks as searchable and not as secret."""

import re
from collections.abc import Iterator, Mapping

from django import forms
from django.utils.translation import gettext as _

from eservices.formbuilder.definition import KEY_PATTERN, FieldDefinition, FormDefinition
from eservices.formbuilder.field_types import field_types

from .terms import MAX_QUERY_WORDS, filter_marks

# Prefix of a filter's name, before the key of its question: by beginnings of words, or by a whole value.
BY_WORDS, BY_VALUE = "has_", "is_"
MAX_FILTERS = 12  # most filters of one service
YES_NO = "yes_no"
NAME = re.compile(f"({BY_WORDS}|{BY_VALUE})({KEY_PATTERN})")


def filterable_questions(definition: FormDefinition) -> list[FieldDefinition]:
    """Return the questions that can be filtered by, including those inside groups."""
    return [
        one
        for one in definition.fields.values()
        if one.searchable and not one.secret and _comparison_kind(one)
    ]


def search_marks_of(definition: FormDefinition, answers: dict) -> Iterator[str]:
    """Yield the marks of a case with these answers, by which filters find it."""
    for field in filterable_questions(definition):
        for answer in _answers_to(definition, field.key, answers):
            yield from filter_marks(field.key, answer, whole=_is_matched_whole(field))


def filter_form_fields(definition: FormDefinition, language: str) -> dict[str, forms.Field]:
    """Return the form fields of the filters, by the name of the filter."""
    return {
        f"{BY_VALUE if _is_matched_whole(field) else BY_WORDS}{field.key}": _form_field(
            field, definition, language
        )
        for field in filterable_questions(definition)[:MAX_FILTERS]
    }


def active_filters(data: Mapping[str, str]) -> dict[str, str]:
    """Return the active filters among the parameters of a URL, by name."""
    named = {name: value for name, value in data.items() if value and NAME.fullmatch(name)}
    return dict(list(named.items())[:MAX_FILTERS])


def filter_terms(filters: Mapping[str, str]) -> list[str]:
    """Return the terms that a case must contain to pass these filters, for ``MatchesTerms``."""
    found: list[str] = []
    for name, value in filters.items():
        kind, key = NAME.fullmatch(name).groups()
        if kind == BY_VALUE:
            found += filter_marks(key, value, whole=True)
        else:
            found += [f"{mark}*" for mark in filter_marks(key, value, whole=False)][:MAX_QUERY_WORDS]
    return found


def _answers_to(definition: FormDefinition, key: str, answers: dict) -> Iterator:
    for name, answer in answers.items():
        inside = definition.fields.get(name)
        if name == key:
            yield answer
        elif inside and inside.fields and isinstance(answer, list):
            for row in answer:
                yield from _answers_to(definition, key, row) if isinstance(row, dict) else ()


def _form_field(field: FieldDefinition, definition: FormDefinition, language: str) -> forms.Field:
    label = definition.text(f"field.{field.key}.label", language) or field.key
    if _comparison_kind(field) == YES_NO:
        choices = [("", _("All")), ("true", _("Yes")), ("false", _("No"))]
        return forms.ChoiceField(label=label, required=False, choices=choices)
    if _is_matched_whole(field) and field.type != "date":
        offered = field_types[field.type].choices(field, definition, language)
        return forms.ChoiceField(label=label, required=False, choices=[("", _("All")), *offered])
    widget = forms.DateInput(attrs={"type": "date"}) if field.type == "date" else forms.TextInput
    return forms.CharField(label=label, required=False, max_length=100, widget=widget)


def _is_matched_whole(field: FieldDefinition) -> bool:
    return field.type == "date" or _comparison_kind(field) in ("option", "options", YES_NO)


def _comparison_kind(field: FieldDefinition) -> str:
    """Return how conditions compare the answer; "" if it cannot be compared."""
    kind = field_types.get(field.type)
    return (
        kind.comparison_of(field) if kind and kind.asks and not field.fields and field.type != "files" else ""
    )
