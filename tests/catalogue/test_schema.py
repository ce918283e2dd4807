"""The published JSON Schema, compared with the code that parses definitions."""

import copy
import json
from functools import cache
from pathlib import Path

import jsonschema
import pytest
from django.conf import settings
from django.utils.translation import override
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from eservices.catalogue.definition.schema import published_schema, whole_service_shape
from eservices.formbuilder.schema.definitions import read_definition
from tests.catalogue.test_importer import whole
from tests.catalogue.test_translations import everything

BASE = Path(settings.BASE_DIR)
FILES = [
    *sorted((BASE / "mysite/demo/services").glob("*.json")),
    *sorted((BASE / "tests/formbuilder/real_forms").glob("*.json")),
    *sorted((BASE / "eservices/catalogue/starters").glob("*/*.json")),
]


@pytest.fixture(scope="module")
def validator():
    return jsonschema.Draft202012Validator(published_schema())


def test_schema_is_valid_json_schema():
    jsonschema.Draft202012Validator.check_schema(published_schema())


def test_documented_schema_is_up_to_date():
    kept = json.loads((BASE / "docs/service-definition.schema.json").read_text(encoding="utf-8"))
    assert kept == published_schema(), "manage.py service_schema > docs/service-definition.schema.json"


def test_schema_is_public(client):
    answer = client.get("/schema/service-definition.json")
    assert answer.json() == published_schema()
    assert answer["Content-Type"] == "application/schema+json"
    assert answer["Cache-Control"] == "public, max-age=3600"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert not answer.cookies
    assert client.post("/schema/service-definition.json").status_code == 405


def faults(content, shape) -> list[tuple[str, str]]:
    """Return path and reason of everything that is misplaced or missing."""
    return read_definition(content, shape)[1].faults


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_existing_services_match_the_schema(path, validator):
    definition = json.loads(path.read_text(encoding="utf-8"))
    definition = definition.get("definition", definition)  # a starter wraps its definition with a description
    assert [error.message for error in validator.iter_errors(definition)] == []
    assert faults(definition, whole_service_shape()) == []


def test_definition_may_name_its_schema(validator):
    definition = whole() | {"$schema": "https://orvenay.example/schema/service-definition.json"}
    assert validator.is_valid(definition)
    assert faults(definition, whole_service_shape()) == []


@pytest.mark.parametrize(
    ("chosen", "right"),
    [({"max": 3}, True), ({"max": "3"}, False), ({"most": 3}, False), ({"max": 0}, False), ([], False)],
)
def test_settings_of_a_type_are_validated(chosen, right, validator):
    definition = everything()
    question = next(one for one in definition["steps"][0]["fields"] if one["type"] == "choices")
    question["settings"] = chosen
    assert validator.is_valid(definition) is right
    assert (faults(definition, whole_service_shape()) == []) is right


# -- Schema and code agree -----------------------------------------------------------------------------------
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**13), 10**13)
    | st.sampled_from(
        ["", "a", "1", "12.5", "equals", "choice", "text", "x" * 300, "\x00", "\ud800", "é", "A b"]
    )
    | st.floats(allow_nan=False, allow_infinity=False).filter(lambda number: not number.is_integer())
)
names = st.sampled_from(
    ["key", "type", "value", "all", "field", "operator", "condition", "max", "x", "title", "fr"]
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)
WHOLE = whole()
WHOLE["steps"] += everything()["steps"]
WHOLE["texts"]["fr"] |= everything()["texts"]["fr"]
WHOLE["stages"] += everything()["stages"]


def places(value, path=()):
    yield path
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for name, child in children:
        yield from places(child, (*path, name))


PLACES = list(places(WHOLE))


def changed(path, change, value, name):
    """Return a copy in which the value at ``path`` is replaced or removed, or another is added beside it."""
    made = copy.deepcopy(WHOLE)
    if not path:
        return value
    parent = made
    for part in path[:-1]:
        parent = parent[part]
    if change == "taken away":
        del parent[path[-1]]
    elif change == "put beside" and isinstance(parent, dict):
        parent[name] = value
    else:
        parent[path[-1]] = value
    return made


shape_of_services = cache(whole_service_shape)  # built once, not per example
own_validator = cache(lambda: jsonschema.Draft202012Validator(published_schema()))

# What JSON Schema cannot say: see docs/service-definition.md.
BEYOND = ("own language are missing", "You can only use p, br, b", "nested too deeply")


@hypothesis_settings(deadline=None, max_examples=100)
@given(
    path=st.sampled_from(PLACES),
    change=st.sampled_from(["replaced", "taken away", "put beside"]),
    value=anything,
    name=names,
)
def test_schema_and_code_refuse_the_same(path, change, value, name):
    offered = changed(path, change, value, name)
    with override("en"):
        reasons = [reason for _path, reason in faults(offered, shape_of_services())]
    refused = any(not any(words in reason for words in BEYOND) for reason in reasons)
    assert own_validator().is_valid(offered) is not refused, reasons
