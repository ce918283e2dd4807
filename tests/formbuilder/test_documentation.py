"""The examples in docs/service-definition.md, which must be valid."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from eservices.catalogue.definition.linter import lint_service
from eservices.formbuilder.field_types import field_types
from eservices.formbuilder.linter import ABSENT, ERROR, lint_definition
from tests.factories.formbuilder import content, options, question, step

PAGE = (Path(settings.BASE_DIR) / "docs/service-definition.md").read_text(encoding="utf-8")


def shown() -> Iterator[dict]:
    """Yield the examples in the page's JSON blocks: one per block, or one per line."""
    for block in re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL):
        try:
            yield json.loads(block)
        except json.JSONDecodeError:
            yield from map(json.loads, block.splitlines())


def fields() -> list[dict]:
    return [one for one in shown() if one.get("type") in field_types]


def kind(example: dict) -> str:
    """Return what an example shows."""
    if "type" in example:
        return "field" if example["type"] in field_types else "stage"
    names = {"format": "whole", "page": "page", "situations": "page", "amount": "fee", "entry": "fee"}
    names |= {"fields": "step", "operator": "condition", "all": "condition", "any": "condition"}
    return next((found for name, found in names.items() if name in example), "")


def all_shown(wanted: str) -> list[dict]:
    return [one for one in shown() if kind(one) == wanted]


def named(value) -> set[str]:
    """Return the keys of the questions that a field refers to."""
    if isinstance(value, list):
        return {key for one in value for key in named(one)}
    if not isinstance(value, dict):
        return set()
    own = {one for one in value.get("fields", []) if isinstance(one, str)}
    own |= {value[name] for name in ("field", "who", "quantity") if isinstance(value.get(name), str)}
    return own | named(list(value.values()))


def test_documentation_has_no_repeated_heading():
    headings = re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)
    assert len(headings) == len(set(headings))


def test_every_question_type_has_an_example():
    assert {one["type"] for one in fields()} == {kind.key for kind in field_types}


@pytest.mark.parametrize("field", fields(), ids=lambda one: f"{one['type']}-{one['key']}")
@pytest.mark.django_db  # a limit in working days reads the commune's holidays
def test_question_example_is_accepted(field):
    asked = sorted(named(field) - {field["key"]})
    made = content(step("avant", question("rien"), *map(question, asked)), step("un", field))
    assert [str(fault) for fault in lint_definition(made) if fault.level == ERROR] == []


# Paths about the applicant, collection, notification, and what this commune has.
AROUND = ("settings", "stages", "fees", "page.situations")
OTHERS = {  # questions that examples refer to and none of them asks
    "pour": question("pour", "choice", options=options("autre", "soi")),
    "statut": question("statut", "choice", options=options("soins", "autre")),
    "fin": question("fin", "time"),
    "jours": question("jours", "integer"),
}


def asked_for(*examples: dict) -> dict:
    """Build a step with the questions that the examples refer to, as the page shows them."""
    known = OTHERS | {one["key"]: one for one in fields()}
    found = {key: known[key] for key in sorted(named(list(examples)))}
    for one in [*found.values()]:
        found |= {key: known.get(key) or question(key, "yes_no") for key in sorted(named(one) - {*found})}
    return step("avant", *found.values())


def faults(definition: dict) -> list[str]:
    """Return the problems of an example.

    Errors that occur in any commune, and warnings about the example itself, such as a comparison without effect.
    """
    found = (fault for fault in lint_service(definition) if fault.level != ABSENT)
    return [str(fault) for fault in found if fault.level == ERROR or not fault.path.startswith(AROUND)]


def id_of(example: dict) -> str:
    return example.get("key") or "-".join(sorted(named(example)))


def test_every_example_is_of_a_tested_kind():
    kinds = {"field", "stage", "whole", "page", "fee", "step", "condition"}
    assert {kind(one) for one in shown()} == kinds


@pytest.mark.parametrize("fee", all_shown("fee"), ids=id_of)
@pytest.mark.django_db
def test_fee_example_is_accepted(fee):
    assert faults(content(asked_for(fee), fees=[fee])) == []


@pytest.mark.parametrize("condition", all_shown("condition"), ids=id_of)
@pytest.mark.django_db
def test_condition_example_is_accepted_in_every_place(condition):
    offered = [{"value": "a"}, {"value": "b", "condition": condition}]
    last = step(
        "apres",
        question("choix", "choice", options=offered),
        question("suite", condition=condition),
        condition=condition,
        checks=[{"key": "juste", "condition": condition}],
    )
    fees = [{"key": "taxe", "amount": 1000, "condition": condition, "exempt": condition}]
    asked = asked_for(condition)  # a rule over an optional question would be a warning
    asked["fields"] = [
        one if one["type"] == "computed" else one | {"required": True} for one in asked["fields"]
    ]
    made = content(asked, last, fees=fees)
    assert faults(made) == []
