"""Hypothesis strategies for conditions, forms and answers: likely ones, and any JSON."""

from hypothesis import strategies as st

from eservices.formbuilder.logic.conditions import OPERATORS

KEYS = ("a", "b", "c", "d")
keys = st.sampled_from(KEYS)
# Only characters that this Python's Unicode tables know: a newer browser can compose more.
texts = st.text(st.characters(exclude_categories=("Cs", "Cn")), max_size=8)
numbers = st.integers(-9, 9) | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
written_numbers = st.decimals(-99, 99, places=2).map(str) | st.integers(0, 30).map(str)
days = st.dates().map(str)
clocks = st.times().map(lambda time: f"{time:%H:%M}")
spans = st.fixed_dictionaries({"from": days, "to": days})
relative = st.sampled_from(
    ["today", " today", "+9999y", "-30d", "+2w", "-1m", "+13m", "-18y", "-1y", "+d", "5d"]
)
# A handful that match each other often, where arbitrary values never would.
likely = st.sampled_from(
    [None, True, False, "oui", "Oui ", "non", "true", "", " ", 0, 1, 1.0, "1", "1.0", "-0", -0.0, 18, 1e22]
) | st.sampled_from(
    [
        "2026-11-24",
        "14:30",
        "é",
        "E\u0301",
        "SS",
        "ß",
        [],
        {},
        ["oui"],
        ["oui", "non"],
        [1, True],
        {"x": 1},
        [None],
    ]
)
scalars = likely | st.none() | st.booleans() | numbers | written_numbers | texts | days | clocks | relative
any_json = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
values = likely | any_json | st.fixed_dictionaries({"field": keys | any_json}) | relative
rows = st.fixed_dictionaries({"field": keys, "operator": st.sampled_from(sorted(OPERATORS)), "value": values})
conditions = st.recursive(
    rows | rows | st.none() | any_json,
    lambda inner: st.lists(inner, max_size=3).flatmap(
        lambda parts: st.sampled_from([{"all": parts}, {"any": parts}])
    ),
    max_leaves=5,
)


# -- Whole forms, with answers to them -----------------------------------------------------------------------
FIELDS = [f"f{number}" for number in range(6)]
GROUP, COMPUTED = 3, 4  # the positions of the repeating group and of the computed answer
CHOICES = ("oui", "non", "1")
near = st.sampled_from(["2026-11-23", "2026-11-24", "2026-11-25", "2008-11-24", "2008-11-25"])
ANSWERS = {  # as they are stored
    "short_text": st.sampled_from(["oui", "Oui ", "non", "1", "E\u0301", "2026-11-24"]) | texts,
    "integer": st.integers(-3, 19),
    "decimal": written_numbers,
    "money": st.decimals(0, 99, places=2).map(str),
    "yes_no": st.booleans(),
    "consent": st.booleans(),
    "date": near | days,
    "time": clocks | st.just("14:30"),
    "date_range": st.fixed_dictionaries({"from": near | days, "to": near | days}),
    "address": st.fixed_dictionaries({"street": texts, "town": st.sampled_from(["Orvenay", "oui"])}),
    "files": st.lists(st.just("file"), max_size=3),
    "choice": st.sampled_from(CHOICES),
    "choices": st.lists(st.sampled_from(CHOICES), max_size=3),
}
types = st.sampled_from(sorted(ANSWERS))


def looking_at(among):
    """Return a strategy for conditions on the questions ``among``: one line, or several."""
    compared = likely | near | clocks | relative | st.fixed_dictionaries({"field": st.sampled_from(among)})
    row = st.fixed_dictionaries(
        {
            "field": st.sampled_from(among),
            "operator": st.sampled_from(sorted(OPERATORS)),
            "value": compared | compared | any_json,
        }
    )
    several = st.tuples(st.sampled_from(["all", "any"]), st.lists(row, max_size=3)).map(
        lambda one: dict([one])
    )
    return row | row | several


maybe = st.none() | looking_at(FIELDS)
maybe_in_row = st.none() | looking_at([*"abcd", *FIELDS])

PATHS = [*FIELDS, *KEYS, f"{FIELDS[2]}.a", f"{FIELDS[GROUP]}.b", "."]
operations = st.sampled_from(["concat", "sum", "product", "difference", "count"])
formulas = st.fixed_dictionaries(
    {
        "operation": operations | operations | operations | any_json,
        "fields": st.lists(st.sampled_from(PATHS), max_size=4)
        | st.lists(st.sampled_from(PATHS) | any_json)
        | any_json,
        "separator": st.none() | texts,
    }
)


@st.composite
def _questions(draw, key: str, kinds, under):
    """Draw a question of one of ``kinds``, with or without a condition; so may each of its options have one."""
    field = {"key": key, "type": draw(kinds), "condition": draw(under)}
    if field["type"] in ("choice", "choices"):
        field["options"] = [{"value": value, "condition": draw(under)} for value in CHOICES]
    return field


@st.composite
def _groups(draw, key: str):
    """Draw a repeating group that asks ``a``, ``b`` and ``d`` in each row, and computes ``c``."""
    chosen = st.sampled_from(["choice", "choices"])
    computed = {"key": "c", "type": "computed", "settings": {"formula": draw(formulas)}}
    inner = [
        draw(_questions("a", types, st.none())),
        draw(_questions("b", types, maybe_in_row | conditions)),
        draw(_questions("d", chosen, maybe_in_row)),
        computed,
    ]
    return {"key": key, "type": "group", "condition": draw(st.none() | maybe), "fields": inner}


@st.composite
def _forms(draw):
    """Draw a form of two steps with conditions on everything, and answers to it: fitting, unusual, or none."""
    fields = []
    for number, key in enumerate(draw(st.permutations(FIELDS))):
        if number == GROUP:
            fields.append(draw(_groups(key)))
        elif number == COMPUTED:
            formula = {"formula": draw(formulas)}
            fields.append({"key": key, "type": "computed", "condition": draw(maybe), "settings": formula})
        else:
            fields.append(draw(_questions(key, types, maybe)))
    checks = [
        {"key": f"check{number}", "condition": draw(looking_at(FIELDS) | conditions)} for number in range(3)
    ]
    steps = [
        {"key": "un", "fields": fields[:GROUP], "checks": checks[:1]},
        {"key": "deux", "fields": fields[GROUP:], "condition": draw(maybe), "checks": checks[1:]},
    ]
    fees = [
        {
            "key": f"fee{number}",
            "amount": draw(st.integers(0, 10**9)),
            "quantity": draw(st.just("") | st.sampled_from(FIELDS)),
            "vat": draw(st.sampled_from(["", "8.1", "2.6", "0", "x"])),
            "condition": draw(maybe),
            "exempt": draw(looking_at(FIELDS) | maybe),
        }
        for number in range(2)
    ]
    return {"steps": steps, "fees": fees}, draw(_answers(fields))


@st.composite
def _answers(draw, fields: list[dict]) -> dict:
    given = {one["key"]: draw(_answer(one)) for one in fields if draw(st.integers(0, 5))}
    odd = st.dictionaries(st.sampled_from([*FIELDS, *KEYS, "other"]), likely | any_json, max_size=2)
    return given | draw(st.just({}) | odd)


def _answer(field: dict):
    if field["type"] == "group":
        row = _answers(field["fields"])
        return st.lists(row, min_size=1, max_size=3) | st.lists(row | row | scalars, max_size=3)
    return ANSWERS.get(field["type"], likely)


forms = _forms()
