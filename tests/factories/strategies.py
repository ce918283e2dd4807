"""Hypothesis strategies for valid form definitions and for arbitrary JSON in their place."""

from hypothesis import strategies as st

from eservices.cases.stages import stages
from eservices.catalogue.definition.compiler import stage_texts
from eservices.formbuilder.blocks import FIELD_TEXTS, TOKENS
from eservices.formbuilder.definition import RESERVED_KEYS, FormDefinition
from eservices.formbuilder.field_types import field_types
from eservices.formbuilder.logic.conditions import OPERATORS, WITHOUT_VALUE
from eservices.formbuilder.prefill_sources import prefill_sources
from eservices.formbuilder.schema.definitions import field_type_blocks, type_settings_shape
from eservices.formbuilder.schema.shapes import (
    BooleanShape,
    IntegerShape,
    ListShape,
    NumberShape,
    ObjectShape,
    Shape,
    TextShape,
)

NAMED = {"table": "rues", "entry": "attestation", "resource": "salle"}
KEYS = st.from_regex(r"[a-z][a-z0-9_]{0,7}", fullmatch=True).filter(lambda key: key not in RESERVED_KEYS)
WORDS = st.one_of(
    st.sampled_from(
        ["Nom", "Prénom", "<b>gras</b> & « guillemets »", "Deux\nlignes", " bords ", "été", "%(n)s"]
    ),
    st.text(
        # Braces mark placeholders, which only some texts may have.
        st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="{}"),
        min_size=1,
        max_size=30,
    ),
).filter(lambda text: text.strip())
DAYS = st.sampled_from(["today", "+30d", "-2w", "+6m", "-18y", "2026-02-28"])

# -- Arbitrary JSON ------------------------------------------------------------------------------------------
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
any_json = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


def places(value, path=()):
    """Yield the path of every value in a definition."""
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, child in inside:
        yield from places(child, (*path, name))


def replaced(value, path, new):
    """Return a copy with another value at ``path``."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(copy[path[0]], path[1:], new)
    return copy


# -- Valid definitions, as an export writes them -------------------------------------------------------------
@st.composite
def definitions(draw, languages=(), max_steps: int = 3, max_fields: int = 4) -> dict:
    """Draw a form with texts, conditions, rules, fees and stages. It refers only to objects in ``NAMED``."""
    keys = draw(st.lists(KEYS, min_size=max_steps * max_fields * 3 + 4, max_size=60, unique=True))
    made: dict = {"format": 1, "language": "fr", "slug": "tirage", "steps": [], "fees": [], "stages": []}
    asked: list[dict] = []
    for number in range(draw(st.integers(1, max_steps))):
        step = {"key": keys[number], "fields": []}
        if asked and draw(st.booleans()):
            step["condition"] = draw(conditions(asked))
        before = list(asked)
        for _ in range(draw(st.integers(1, max_fields))):
            field = draw(questions(keys.pop(), before, keys))
            step["fields"].append(field)
            asked.append(field)
        if draw(st.booleans()):
            step["checks"] = [{"key": keys.pop(), "condition": draw(conditions(asked))}]
        made["steps"].append(step)
    made["fees"] = [draw(fees(keys.pop(), asked)) for _ in range(draw(st.integers(0, 2)))]
    texts = draw(texts_of(made))
    for _ in range(draw(st.integers(0, 2))):
        made["stages"].append(draw(a_stage(keys.pop(), texts)))
    made["settings"] = {
        "team": "habitants",
        "days": draw(st.integers(0, 30)),
        **({"decide_together": True} if draw(st.booleans()) else {}),
        "applicant": draw(applicants(asked)),
        **draw(retention()),
    }
    made["texts"] = {"fr": texts}
    for language in languages:
        some = draw(st.lists(st.sampled_from(sorted(texts)), unique=True))
        made["texts"][language] = {path: draw(WORDS | st.just(texts[path])) for path in some}
        made["texts"][language].setdefault("title", "Titel")
    return made


@st.composite
def questions(draw, key: str, before: list[dict], keys: list[str], inside: bool = False) -> dict:
    kinds = (
        field_type_blocks()["group"].child_blocks["fields"].child_blocks if inside else field_type_blocks()
    )
    possible = {*kinds} if before else {*kinds} - {"computed"}  # computed questions need an earlier question
    kind = field_types[draw(st.sampled_from(sorted(possible)))]
    has, field = field_type_blocks()[kind.key].child_blocks, {"key": key, "type": kind.key}
    for name in ("required", "personal", "searchable", "secret"):
        if name in has and draw(st.booleans()):
            field[name] = True
    if "autocomplete" in has and draw(st.booleans()):
        field["autocomplete"] = draw(st.sampled_from([token for token, _label in TOKENS]))
    if "retention" in has and draw(st.booleans()):
        field["retention"] = draw(st.integers(1, 3650))
    if "prefill" in has and draw(st.booleans()):
        field["prefill"] = draw(st.sampled_from(sorted(prefill_sources())))
    if "table" in has and draw(st.integers(0, 2)) == 0:
        field["table"] = NAMED["table"]
    elif "options" in has:
        field["options"] = draw(options(before))
    if before and draw(st.booleans()):
        field["condition"] = draw(conditions(before))
    if kind.key == "group":
        field["fields"] = [draw(questions(keys.pop(), before, keys, inside=True)) for _ in range(2)]
    if settings := draw(settings_for(kind, field, before)):
        field["settings"] = settings
    return field


@st.composite
def options(draw, before: list[dict]) -> list[dict]:
    values = st.lists(st.sampled_from(["oui", "non", "12", "a b", "é", "x.y"]), min_size=1, unique=True)
    found = [{"value": value} for value in draw(values)]
    for option in found:
        if before and draw(st.integers(0, 2)) == 0:
            option["condition"] = draw(conditions(before))
    return found


@st.composite
def fees(draw, key: str, asked: list[dict]) -> dict:
    """Draw a fee with its own price or one of the schedule, multiplied by any answer."""
    priced = {"amount": draw(st.integers(0, 10**6)), "vat": draw(st.sampled_from(["8.1", "2.6"]))}
    fee = {"key": key} | draw(st.sampled_from([priced, {"entry": NAMED["entry"]}]))
    for name in ("condition", "exempt"):
        if draw(st.booleans()):
            fee[name] = draw(conditions(asked))
    if draw(st.booleans()):
        fee["quantity"] = draw(st.sampled_from(asked))["key"]
    return fee


@st.composite
def settings_for(draw, kind, field: dict, before: list[dict]) -> dict:
    """Draw settings that the field type allows; none if they are invalid together."""
    if kind.key == "computed":
        return {"formula": {"operation": "count", "fields": [draw(st.sampled_from(before))["key"]]}}
    if kind.key == "booking":
        return {"resources": [NAMED["resource"]]}
    settings = draw(of_shape(type_settings_shape(field_type_blocks()[kind.key])))
    view = FormDefinition(
        {"language": "fr", "steps": [{"key": "s", "fields": [field | {"settings": settings}]}]}
    )
    return settings if not list(kind.settings_faults(view.fields[field["key"]])) else {}


def of_shape(shape: Shape):
    """Return a strategy for values of a shape, without empty and default values."""
    match shape:
        case ObjectShape():
            return st.fixed_dictionaries(
                {}, optional={name: of_shape(one) for name, one in shape.known.items()}
            )
        case ListShape():
            return st.lists(of_shape(shape.one), min_size=1, max_size=3, unique_by=repr)
        case BooleanShape():
            return st.just(True)
        case TextShape() if shape.among is not None:
            return st.sampled_from([text for text in shape.among if text])
        case TextShape():
            return DAYS | st.sampled_from(["[A-Z]{2}", "a"])
        case IntegerShape():
            return st.integers(max(shape.least, 0), min(shape.most, 50))
        case NumberShape():
            return st.integers(-50, 50) | st.sampled_from([0.5, 12.25])
    return st.just("x")


@st.composite
def conditions(draw, asked: list[dict], depth: int = 2):
    if depth and draw(st.integers(0, 3)) == 0:
        inside = [draw(conditions(asked, depth - 1)) for _ in range(draw(st.integers(0, 3)))]
        return {draw(st.sampled_from(["all", "any"])): inside}
    field, operator = draw(st.sampled_from(asked)), draw(st.sampled_from(sorted(OPERATORS)))
    row = {"field": field["key"], "operator": operator}
    if operator in WITHOUT_VALUE:
        return row
    if field.get("options") and operator in ("equals", "not_equals", "in", "contains", "not_contains"):
        return row | {"value": draw(st.sampled_from(field["options"]))["value"]}
    if operator in ("before", "after"):
        return row | {"value": draw(DAYS)}
    if operator in ("age_gte", "age_lt"):
        return row | {"value": draw(st.integers(0, 99))}
    other = {"field": draw(st.sampled_from(asked))["key"]}
    return row | {"value": draw(st.sampled_from([True, False, 3, 2.5, "texte", ["a", 1], other]))}


@st.composite
def texts_of(draw, definition: dict) -> dict[str, str]:
    """Draw the required texts of a form and some of the optional ones."""
    paths, maybe = ["title"], []
    for step in definition["steps"]:
        paths.append(f"step.{step['key']}.title")
        maybe.append(f"step.{step['key']}.intro")
        paths += [f"check.{check['key']}" for check in step.get("checks", [])]
        for field in (one for top in step["fields"] for one in (top, *top.get("fields", []))):
            has = field_type_blocks()[field["type"]].child_blocks
            names = [f"field.{field['key']}.{name}" for name in FIELD_TEXTS if name in has]
            paths.append(f"field.{field['key']}.label")
            maybe += [name for name in names if name not in paths]
            for option in field.get("options", []):
                paths.append(f"option.{field['key']}.{option['value']}")
                maybe.append(f"option.{field['key']}.{option['value']}.help")
    paths += [f"fee.{fee['key']}" for fee in definition["fees"]]
    some = draw(st.lists(st.sampled_from(maybe), unique=True, max_size=5))
    return {path: draw(WORDS) for path in [*paths, *some]}


@st.composite
def a_stage(draw, key: str, texts: dict[str, str]) -> dict:
    """Draw a stage that refers to no object of the commune. Adds its texts to ``texts``."""
    kind = stages[draw(st.sampled_from(["decision", "notify"]))]()
    settings = {"format": kind.format}
    for name in stage_texts(kind.settings_block()):
        settings[name] = texts[f"stage.{key}.{name}"] = draw(WORDS)
    return {"key": key, "type": kind.key, "settings": settings}


@st.composite
def applicants(draw, asked: list[dict]) -> dict:
    emails = [field["key"] for field in asked if field["type"] == "email"]
    found = {"name": [draw(st.sampled_from(asked))["key"]]}
    addresses = [field["key"] for field in asked if field["type"] == "address"]
    found |= {"email": draw(st.sampled_from(emails))} if emails else {}
    return found | ({"address": draw(st.sampled_from(addresses))} if addresses else {})


@st.composite
def retention(draw) -> dict:
    """Draw a retention rule, or none."""
    if draw(st.booleans()):
        return {}
    found = {
        "months": draw(st.integers(1, 600)),
        "disposition": draw(st.sampled_from(["eliminate", "archive"])),
    }
    return {"retention": found | ({"on_request": True} if draw(st.booleans()) else {})}
