"""The browser judges as the server does: conditions, what is shown, what is due, and what is typed.

No server is asked: the modules of ``static/js`` are loaded as they are, and called with the examples of
``tests/formbuilder/conditions.json`` and with what hypothesis makes up.
"""

import json
import unicodedata
from datetime import date

import pytest
from django.conf import settings as project
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from eservices.formbuilder.definition import Definition
from eservices.formbuilder.field_types import field_types
from eservices.formbuilder.logic.checks import failed_checks
from eservices.formbuilder.logic.conditions import holds
from eservices.formbuilder.logic.fees import fees_due
from eservices.formbuilder.logic.visibility import Shown, relevant_answers
from tests.factories.formbuilder import definition, question, step
from tests.formbuilder.strategies import any_json, conditions, forms, keys
from tests.formbuilder.table import cases, examples

ORIGIN = "http://rules.test"
CALLS = """async (calls) => {
  const rules = await import("/js/conditions.js");
  const typed = await import("/js/form/answers.js");
  const seen = (answers, today) => rules.Shown.of({ steps: [] }, answers, today);
  const DO = {
    holds: (condition, answers, today) => rules.holds(condition, seen(answers, today), today),
    form: (definition, answers, today) => {
      // Questions that wait for each other are judged by the first that is asked for: anew, in the same order.
      const shown = rules.Shown.of(definition, answers, today);
      const counting = rules.Shown.of(definition, answers, today);
      const relevant = counting.counted();
      const fields = definition.steps.flatMap((step) => step.fields);
      const failed = (step) => rules.failedChecks(step.checks ?? [], shown, today).map((check) => check.key);
      const fees = rules.feesDue(definition.fees, counting, today);
      return {
        shown: fields.filter((field) => shown.shows(field.key)).map((field) => field.key),
        failed: Object.fromEntries(definition.steps.map((step) => [step.key, failed(step)])),
        relevant,
        fees: fees.map((line) => [line.key, line.quantity, line.total, line.vat].map(String)),
      };
    },
    differ: (letters) => letters.filter(([small, letter]) => {
      const condition = { field: "a", operator: "contains", value: small };
      return !rules.holds(condition, seen({ a: `-${letter}-` }, "2026-11-24"), "2026-11-24");
    }),
    number: (text, field) => typed.typedNumber(text.trim(), field),
    time: (text) => typed.typedTime(text.trim()),
    date: (texts, field, today) => typed.typedDay(texts, field, today),
  };
  return JSON.stringify(JSON.parse(calls).map(([name, ...given]) => DO[name](...given)));
}"""


@pytest.fixture
def ask(browser):
    """``ask([["holds", condition, answers, today], …])``: what the browser makes of them, in one go."""
    context = browser.new_context()
    page = context.new_page()
    page.route(f"{ORIGIN}/**", _serve)
    page.goto(f"{ORIGIN}/")
    yield lambda calls: _read(page.evaluate(CALLS, json.dumps(calls)))
    context.close()


def _serve(route):
    path = project.BASE_DIR / "mysite" / "static" / route.request.url.removeprefix(f"{ORIGIN}/")
    if path.is_file():
        route.fulfill(body=path.read_text(), content_type="text/javascript; charset=utf-8")
    else:
        route.fulfill(body="<!doctype html><title>Rules</title>", content_type="text/html")


def _read(text: str):
    """JSON's numbers are doubles."""
    return json.loads(text, parse_int=float)


def _on_server(name, first, *rest):
    if name == "holds":
        answers, today = rest
        return holds(first, answers, date.fromisoformat(today))
    answers, today = rest[0], date.fromisoformat(rest[1])
    form = Definition(first)
    shown = Shown.of(form, answers, today)
    return {
        "shown": [field.key for one in form.steps for field in one.fields if shown.shows(field.key)],
        "failed": {one.key: [check.key for check in failed_checks(one, shown, today)] for one in form.steps},
        "relevant": relevant_answers(form, answers, today),
        "fees": [
            [line.key, line.times, str(line.total), str(line.vat_amount)]
            for line in fees_due(form, answers, today)
        ],
    }


def assert_agreed(calls, found, judge=_on_server):
    expected = [_read(json.dumps(judge(*call))) for call in calls]
    wrong = [both for both in zip(calls, expected, found, strict=True) if both[1] != both[2]]
    assert not wrong, (
        f"{len(wrong)} of {len(calls)}; the server says {wrong[0][1]}, the browser {wrong[0][2]}:\n"
        + (json.dumps(wrong[0][0]))
    )


def some(count: int, **strategies) -> list[dict]:
    """So many different examples, in one list."""
    found = []

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(**strategies)
    def collect(**example):
        found.append(example)

    collect()
    return found


# -- The table
def test_every_condition_of_the_table_holds_in_the_browser_or_not(ask):
    listed = examples()
    found = ask([["holds", one.condition, one.answers, one.today] for one in listed])
    assert [one.why for one, answer in zip(listed, found, strict=True) if answer is not one.holds] == []


def test_every_form_of_the_table_shows_costs_and_fails_the_same_in_the_browser(ask):
    listed = cases()
    found = ask([["form", one.definition, one.answers, one.today] for one in listed])
    for one, answer in zip(listed, found, strict=True):
        if one.shown is not None:
            shown = [key for step_keys in one.shown.values() for key in step_keys]
            assert [key for key in answer["shown"] if key in shown] == shown, one.why
        if one.relevant is not None:
            assert answer["relevant"] == _read(json.dumps(one.relevant)), one.why
        if one.fees is not None:
            assert answer["fees"] == one.fees, one.why
        if one.failed is not None:
            assert answer["failed"] == one.failed, one.why


# -- Anything
def test_any_condition_on_any_answers_is_judged_alike(ask):
    made = some(400, condition=conditions, answers=st.dictionaries(keys, any_json), today=st.dates().map(str))
    calls = [["holds", one["condition"], one["answers"], one["today"]] for one in made]
    found = ask(calls)
    assert True in found
    assert False in found
    assert_agreed(calls, found)


def test_any_form_with_any_answers_shows_costs_and_fails_the_same(ask):
    made = some(200, form=forms, today=st.just("2026-11-24") | st.dates().map(str))
    calls = [["form", *one["form"], one["today"]] for one in made]
    found = ask(calls)
    assert {what: sum(map(seen, calls, found)) > 3 for what, seen in SEEN.items()} == dict.fromkeys(
        SEEN, True
    )
    assert_agreed(calls, found)


# What the forms that were drawn have to show, or agreeing on them says little.
SEEN = {
    "hidden": lambda call, found: len(found["shown"]) < 6,
    "kept": lambda call, found: bool(found["relevant"]),
    "in rows": lambda call, found: any(_rows(found["relevant"])),
    "left out of a row": lambda call, found: _rows(found["relevant"]) != _rows(call[2]),
    "due": lambda call, found: bool(found["fees"]),
    "waived": lambda call, found: _waived(call, found),
    "failed": lambda call, found: any(found["failed"].values()),
    "passed": lambda call, found: not all(found["failed"].values()),
}


def _rows(answers: dict) -> list:
    return [
        row
        for answer in answers.values()
        if isinstance(answer, list)
        for row in answer
        if isinstance(row, dict)
    ]


def _waived(call, found) -> bool:
    amounts = {fee["key"]: fee["amount"] for fee in call[1]["fees"] if fee["exempt"] and not fee["quantity"]}
    return any(total == "0" and amounts.get(key) for key, _times, total, _vat in found["fees"])


def test_every_letter_has_the_same_small_letter(ask):
    letters = [
        chr(code)
        for code in range(0x110000)
        if unicodedata.category(chr(code)) not in ("Cs", "Cn", "Zs", "Cc")
    ]
    pairs = [
        ["".join(one.lower() for one in unicodedata.normalize("NFC", letter)), letter] for letter in letters
    ]
    assert ask([["differ", pairs]]) == [[]]


# -- What is typed
numerals = st.text("0123456789.,'’ -–+CHFe", max_size=9) | st.from_regex(
    r"[+-]?[0-9]{1,6}([.,][0-9]{1,5})?", fullmatch=True
)
limits = st.fixed_dictionaries(
    {}, optional={"min": st.integers(-3, 3), "max": st.integers(2, 999) | st.just("12.5")}
)


def test_typed_numbers_are_read_alike(ask):
    kinds = st.sampled_from(["integer", "decimal", "money"])
    made = some(400, text=numerals, kind=kinds, limits=limits)
    calls = [["number", one["text"], question("q", one["kind"], settings=one["limits"])] for one in made]
    found = ask(calls)
    assert sum(answer is not None for answer in found) > 50
    assert_agreed(calls, found, lambda name, text, field: _answer(field, {"q": text}))


def test_typed_times_are_read_alike(ask):
    written = st.text("0123456789:.h ", max_size=7) | st.from_regex(
        r"[0-2]?[0-9] ?[:.hH]? ?[0-6][0-9]", fullmatch=True
    )
    calls = [["time", one["text"]] for one in some(400, text=written)]
    found = ask(calls)
    assert sum(answer is not None for answer in found) > 50
    assert_agreed(calls, found, lambda name, text: _answer(question("q", "time"), {"q": text}))


def test_typed_days_are_read_alike(ask):
    part = st.integers(0, 32).map(str) | st.text("0123456789 a", max_size=2)
    year = st.integers(1, 2100).map(lambda number: f"{number:04}") | st.text("0123456789", max_size=5)
    limit = st.fixed_dictionaries(
        {}, optional={"min": st.just("-20y"), "max": st.sampled_from(["today", "2030-01-01"])}
    )
    made = some(400, day=part, month=part, year=year, limits=limit)
    today = str(timezone.localdate())
    calls = [
        [
            "date",
            {name: one[name].strip() for name in ("day", "month", "year")},
            question("q", "date", settings=one["limits"]),
            today,
        ]
        for one in made
    ]
    found = ask(calls)
    assert any(found)
    assert_agreed(
        calls,
        found,
        lambda name, texts, field, today: _answer(field, {f"q-{part}": text for part, text in texts.items()}),
    )


def _answer(field: dict, posted: dict):
    """What the server reads."""
    data = QueryDict(mutable=True)
    data.update(posted)
    form = definition(step("un", field))
    (asked,) = form.steps[0].fields
    kind = field_types[asked.type]
    made = kind.form_field(asked, form, "fr")
    try:
        return kind.to_json(made.clean(made.widget.value_from_datadict(data, {}, "q")))
    except ValidationError:
        return None
