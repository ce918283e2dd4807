"""What docs/service-definition.md shows is what may be written."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from eservices.formbuilder.field_types import field_types
from eservices.formbuilder.linter import ERROR, lint
from tests.factories.formbuilder import content, question, step

PAGE = (Path(settings.BASE_DIR) / "docs/service-definition.md").read_text(encoding="utf-8")


def shown() -> Iterator[dict]:
    """What stands in the page's blocks of JSON: one thing, or one a line."""
    for block in re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL):
        try:
            yield json.loads(block)
        except json.JSONDecodeError:
            yield from map(json.loads, block.splitlines())


def fields() -> list[dict]:
    return [one for one in shown() if one.get("type") in field_types]


def named(value) -> set[str]:
    """The questions that a field looks at."""
    if isinstance(value, list):
        return {key for one in value for key in named(one)}
    if not isinstance(value, dict):
        return set()
    own = {one for one in value.get("fields", []) if isinstance(one, str)}
    own |= {value[name] for name in ("field", "who") if isinstance(value.get(name), str)}
    return own | named(list(value.values()))


def test_nothing_is_told_twice():
    headings = re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)
    assert len(headings) == len(set(headings))


def test_every_type_of_question_has_an_example():
    assert {one["type"] for one in fields()} == {kind.key for kind in field_types}


@pytest.mark.parametrize("field", fields(), ids=lambda one: f"{one['type']}-{one['key']}")
@pytest.mark.django_db  # a limit in working days asks for the commune's holidays
def test_what_is_shown_of_a_question_is_accepted(field):
    asked = sorted(named(field) - {field["key"]})
    made = content(step("avant", question("rien"), *map(question, asked)), step("un", field))
    assert [str(fault) for fault in lint(made) if fault.level == ERROR] == []
