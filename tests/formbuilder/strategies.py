"""What hypothesis makes of conditions, forms and answers: likely ones, and whatever JSON can say."""

from hypothesis import strategies as st

from eservices.formbuilder.logic.conditions import OPERATORS

KEYS = ("a", "b", "c", "d")
keys = st.sampled_from(KEYS)
# Only signs that this Python's Unicode tables know: a newer browser knows how to compose more.
texts = st.text(st.characters(exclude_categories=("Cs", "Cn")), max_size=8)
numbers = st.integers(-9, 9) | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
written_numbers = st.decimals(-99, 99, places=2).map(str) | st.integers(0, 30).map(str)
days = st.dates().map(str)
clocks = st.times().map(lambda time: f"{time:%H:%M}")
spans = st.fixed_dictionaries({"from": days, "to": days})
relative = st.sampled_from(
    ["today", " today", "+9999y", "-30d", "+2w", "-1m", "+13m", "-18y", "-1y", "+d", "5d"]
)
# A handful that meet each other often, where what is drawn at large never would.
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
types = st.sampled_from(["short_text", "integer", "yes_no", "date", "choice", "choices"])
maybe = st.none() | rows.flatmap(lambda row: st.sampled_from(FIELDS).map(lambda key: row | {"field": key}))

PATHS = [*FIELDS, *KEYS, f"{FIELDS[2]}.a", f"{FIELDS[3]}.b", "."]
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
def _forms(draw):
    """A form of two steps, with conditions on everything, and some answers."""
    fields = []
    for number, key in enumerate(draw(st.permutations(FIELDS))):
        field = {"key": key, "type": draw(types), "condition": draw(maybe)}
        if field["type"] in ("choice", "choices"):
            field["options"] = [{"value": value, "condition": draw(maybe)} for value in ("oui", "non", "1")]
        if number == 3:
            inner = [
                {"key": "a", "type": "short_text"},
                {"key": "b", "type": "integer", "condition": draw(conditions)},
                {"key": "c", "type": "computed", "settings": {"formula": draw(formulas)}},
            ]
            field |= {"type": "group", "options": [], "fields": inner}
        if number == 4:
            field |= {"type": "computed", "options": [], "settings": {"formula": draw(formulas)}}
        fields.append(field)
    steps = [
        {"key": "un", "fields": fields[:3]},
        {"key": "deux", "fields": fields[3:], "condition": draw(maybe)},
    ]
    fees = [
        {
            "key": f"fee{number}",
            "amount": draw(st.integers(0, 10**9)),
            "quantity": draw(st.sampled_from(["", *FIELDS])),
            "vat": draw(st.sampled_from(["", "8.1", "2.6", "0", "x"])),
            "condition": draw(maybe),
        }
        for number in range(2)
    ]
    in_rows = st.lists(st.dictionaries(keys, likely | any_json, max_size=3) | scalars, max_size=3)
    answers = draw(
        st.dictionaries(st.sampled_from([*FIELDS, "a", "other"]), likely | in_rows | spans | any_json)
    )
    return {"steps": steps, "fees": fees}, answers


forms = _forms()
