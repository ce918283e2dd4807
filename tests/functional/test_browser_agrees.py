"""Agreement of browser and server on conditions, shown questions, fees and typed answers.

No server is involved: the modules of ``static/js`` are loaded unchanged and called with the examples of
``tests/formbuilder/conditions.json``, with examples of hypothesis, and with texts typed into a page.
"""

import json
import re
import unicodedata
from datetime import date

import pytest
import time_machine
from django.conf import settings as project
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from eservices.formbuilder.browser_data import browser_step_data
from eservices.formbuilder.definition import FormDefinition
from eservices.formbuilder.field_types import field_types
from eservices.formbuilder.forms import StepForm
from eservices.formbuilder.logic.conditions import condition_holds, is_empty
from eservices.formbuilder.logic.fees import fees_due
from eservices.formbuilder.logic.validation import failed_rules
from eservices.formbuilder.logic.visibility import VisibleAnswers, relevant_answers
from tests.factories.bookings import resource
from tests.factories.formbuilder import EVERY_TYPE, definition, question, step, when
from tests.factories.home import make_site
from tests.formbuilder.condition_examples import cases, examples
from tests.formbuilder.strategies import any_json, conditions, forms, keys

ORIGIN = "http://rules.test"
MANY = 4 * settings().max_examples  # 400 in CI, 100 locally
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
    """``ask([["holds", condition, answers, today], …])`` returns the browser's results of all calls at once."""
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
    """Parse JSON with all numbers as floats, as JavaScript reads them."""
    return json.loads(text, parse_int=float)


def _on_server(name, first, *rest):
    if name == "holds":
        answers, today = rest
        return condition_holds(first, answers, date.fromisoformat(today))
    answers, today = rest[0], date.fromisoformat(rest[1])
    form = FormDefinition(first)
    shown = VisibleAnswers.of(form, answers, today)
    return {
        "shown": [field.key for one in form.steps for field in one.fields if shown.is_visible(field.key)],
        "failed": {one.key: [check.key for check in failed_rules(one, shown, today)] for one in form.steps},
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
    """Draw ``count`` different examples with hypothesis."""
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


# -- Examples of the table
def test_every_listed_condition_is_evaluated_by_the_browser(ask):
    listed = examples()
    found = ask([["holds", one.condition, one.answers, one.today] for one in listed])
    assert [one.why for one, answer in zip(listed, found, strict=True) if answer is not one.holds] == []


def test_every_listed_form_behaves_the_same_in_the_browser(ask):
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


# -- Examples of hypothesis
def test_random_conditions_are_evaluated_alike(ask):
    made = some(
        MANY, condition=conditions, answers=st.dictionaries(keys, any_json), today=st.dates().map(str)
    )
    calls = [["holds", one["condition"], one["answers"], one["today"]] for one in made]
    found = ask(calls)
    assert True in found
    assert False in found
    assert_agreed(calls, found)


def test_random_forms_behave_alike(ask):
    made = some(200, form=forms, today=st.just("2026-11-24") | st.dates().map(str))
    calls = [["form", *one["form"], one["today"]] for one in made]
    found = ask(calls)
    assert {what: sum(map(seen, calls, found)) > 3 for what, seen in SEEN.items()} == dict.fromkeys(
        SEEN, True
    )
    assert_agreed(calls, found)


# Properties that some drawn forms must have, because agreement says little without them.
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


def test_every_letter_is_lowercased_alike(ask):
    letters = [
        chr(code)
        for code in range(0x110000)
        if unicodedata.category(chr(code)) not in ("Cs", "Cn", "Zs", "Cc")
    ]
    # Many at once, with something between them that is no letter: one comparison each took five times as long.
    blocks = [letters[start : start + 100] for start in range(0, len(letters), 100)]
    pairs = [["-".join(map(_lowercased, block)), "-".join(block)] for block in blocks]
    assert ask([["differ", pairs]]) == [[]]


def _lowercased(letter: str) -> str:
    return "".join(one.lower() for one in unicodedata.normalize("NFC", letter))


# -- Typed answers
numerals = (
    st.text("0123456789.,'’ -–−+CHFre", max_size=9)
    | st.from_regex(r"[+-]?[0-9]{1,6}([.,][0-9]{1,5})?", fullmatch=True)
    | st.from_regex(
        r"(CHF|Fr\. ?)?[0-9]{1,3}([.,'’ ][0-9]{3}){1,3}([.,][0-9]{1,2})?( fr\.| Euro)?", fullmatch=True
    )
    | st.from_regex(r"[0-9]{1,3} ?(fr\.?|francs|€) ?[0-9]{0,2}", fullmatch=True)
)
limits = st.fixed_dictionaries(
    {}, optional={"min": st.integers(-3, 3), "max": st.integers(2, 999) | st.just("12.5")}
)


def test_typed_numbers_are_parsed_alike(ask):
    kinds = st.sampled_from(["integer", "decimal", "money"])
    made = some(MANY, text=numerals, kind=kinds, limits=limits)
    calls = [["number", one["text"], question("q", one["kind"], settings=one["limits"])] for one in made]
    found = ask(calls)
    assert sum(answer is not None for answer in found) > MANY // 16
    assert_agreed(calls, found, lambda name, text, field: _answer(field, {"q": text}))


def test_typed_times_are_parsed_alike(ask):
    written = st.text("0123456789:.h ", max_size=7) | st.from_regex(
        r"[0-2]?[0-9] ?[:.hH]? ?[0-6][0-9]", fullmatch=True
    )
    calls = [["time", one["text"]] for one in some(MANY, text=written)]
    found = ask(calls)
    assert sum(answer is not None for answer in found) > MANY // 16
    assert_agreed(calls, found, lambda name, text: _answer(question("q", "time"), {"q": text}))


def test_typed_dates_are_parsed_alike(ask):
    part = st.integers(0, 32).map(str) | st.text("0123456789 a", max_size=2)
    year = st.integers(1, 2100).map(lambda number: f"{number:04}") | st.text("0123456789", max_size=5)
    limit = st.fixed_dictionaries(
        {}, optional={"min": st.just("-20y"), "max": st.sampled_from(["today", "2030-01-01"])}
    )
    made = some(MANY, day=part, month=part, year=year, limits=limit)
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
    """Return the JSON value that the server reads; None if it refuses the answer."""
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


# -- Answers on the page of a step
FILL = """async ([fields, today, typed]) => {
  const { answersOn } = await import("/js/form/answers.js");
  const form = document.getElementById("filing");
  return typed.map((values) => {
    form.reset();
    for (const input of form.querySelectorAll("input:not([type=hidden]), select, textarea")) {
      const value = values[input.name];
      if (["radio", "checkbox"].includes(input.type)) input.checked = [value].flat().includes(input.value);
      else if (input.type !== "file") input.value = value ?? "";
      else if (value) {
        const carried = new DataTransfer();
        carried.items.add(new File(["x"], value));
        input.files = carried.files;
      }
    }
    return answersOn(form, fields, {}, today);
  });
}"""


def parts(key: str, **texts: str) -> dict[str, str]:
    return {f"{key}-{name}": text for name, text in texts.items()}


def day_of(key: str, *texts: str, name: str = "") -> dict[str, str]:
    before = f"{name}_" if name else ""
    return parts(
        key, **{f"{before}{part}": text for part, text in zip(("day", "month", "year"), texts, strict=True)}
    )


# Typed texts for a question of every type, by its key: texts that the server accepts, then texts that it refuses.
HOME = {"street": "Rue du Lac", "number": "12 bis", "postcode": "1199", "town": "Orvenay"}
SOMEBODY = {"first_name": "Léa", "last_name": "Rochat", "nationality": "CH"}
BORN = day_of("personne", "4", "6", "1986", name="born")
STAY = day_of("sejour", "1", "12", "2026", name="from") | day_of("sejour", "5", "12", "2026", name="to")
EVENING = ("2026-12-01T18:00+01:00", "2026-12-01T22:00+01:00")
# Rows of a group, and the times of one day.
LAID_OUT = {"enfants-count": "2", "salle-resource": "salle", "salle-day": "2026-12-01"}
ONE_ROW = parts("enfants", count="2") | {"enfants-0-prenom": "Léa", "enfants-1-prenom": "Tom"}
TAKEN = {
    "ligne": [{"ligne": "Orvenay"}, {"ligne": "  L’Étang  "}],
    "texte": [{"texte": "Deux\nlignes"}],
    "courriel": [{"courriel": "lea@courriel.example"}, {"courriel": " lea.rochat@courriel.example "}],
    "tel": [{"tel": "+41791234567"}, {"tel": "079 123 45 67"}],
    "site": [{"site": "https://orvenay.example"}, {"site": "www.orvenay.example"}],
    "nombre": [{"nombre": "3"}, {"nombre": "+4"}],
    "poids": [{"poids": "1234.5"}, {"poids": "1’234,50"}],
    "montant": [{"montant": "12.50"}, {"montant": "CHF 12.–"}],
    "jour": [day_of("jour", "1", "12", "2026")],
    "ouvrable": [day_of("ouvrable", "27", "11", "2026"), day_of("ouvrable", "30", "11", "2026")],
    "sejour": [STAY],
    "heure": [{"heure": "14:30"}, {"heure": "9h05"}],
    "accord": [{"accord": "true"}, {"accord": "false"}],
    "un": [{"un": "a"}],
    "plusieurs": [{"plusieurs": ["a", "c"]}],
    "pieces": [{"pieces": "bail.pdf"}],
    "adresse": [parts("adresse", **HOME), parts("adresse", **HOME, extra="c/o Rochat")],
    "lieu": [parts("lieu", address="Devant le port"), parts("lieu", lat="46.39", lon="6,48")],
    "personne": [
        parts("personne", **SOMEBODY) | BORN,
        parts("personne", **SOMEBODY, salutation="mrs") | BORN,
    ],
    "pays": [{"pays": "PT"}],
    "avs": [{"avs": "756.9217.0769.85"}, {"avs": "7569217076985"}],
    "niss": [{"niss": "85.07.30-033.28"}, {"niss": "85073003328"}],
    "matricule": [{"matricule": "1893120105732"}, {"matricule": "1893 1201 05732"}],
    "societe": [{"societe": "CHE-100.155.212"}, {"societe": "che 100155212 tva"}],
    "compte": [{"compte": "CH9300762011623852957"}, {"compte": "CH93 0076 2011 6238 5295 7"}],
    "plaque": [{"plaque": "VD 123456"}, {"plaque": "vd123456"}],
    "puce": [{"puce": "756098100123456"}, {"puce": "756 0981 0012 3456"}],
    "consent": [{"consent": "on"}],
    "enfants": [ONE_ROW, ONE_ROW | day_of("enfants-0-ne", "4", "6", "2015")],
    "salle": [parts("salle", resource="salle", **{"from": EVENING[0], "to": EVENING[1]})],
}
REFUSED = {
    "courriel": [{"courriel": "lea"}, {"courriel": "lea rochat@courriel.example"}],
    "nombre": [{"nombre": "12"}, {"nombre": "1.5"}, {"nombre": "trois"}],
    "poids": [{"poids": "1.2.3"}],
    "montant": [{"montant": "12.505"}],
    "jour": [
        day_of("jour", "31", "2", "2026"),
        day_of("jour", "1", "12", "2030"),
        day_of("jour", "1", "", ""),
    ],
    "ouvrable": [day_of("ouvrable", "26", "11", "2026")],
    "heure": [{"heure": "25:00"}],
    "salle": [parts("salle", resource="salle")],
}
# Answers that the server normalizes by rules of its own: the browser only knows whether they are given.
WRITTEN_ANEW = {
    "phone",
    "url",
    "avs",
    "nrn",
    "matricule",
    "company",
    "iban",
    "plate",
    "microchip",
    "map_point",
    "files",
    "booking",
}


@pytest.mark.usefixtures("transactional_db")
@time_machine.travel("2026-11-24 09:00+01:00", tick=False)
def test_typed_answers_of_every_type_are_read_alike(browser):
    make_site()
    resource("salle")
    asked = [
        *EVERY_TYPE,
        question("ouvrable", "date", settings={"min": "+3wd"}),
        question("salle", "booking", settings={"resources": ["salle"]}),
    ]
    asked = [one | {"required": False} for one in asked]
    assert {one["type"] for one in asked} == {kind.key for kind in field_types}
    kinds = {
        one["key"]: one["type"]
        for one in asked
        if field_types[one["type"]].typed and field_types[one["type"]].asks
    }
    assert set(TAKEN) == set(kinds)
    form = definition(step("tout", *asked, question("suite", condition=when("ligne"))))
    (tout,) = form.steps
    today = timezone.localdate()

    typed = [({}, "")]
    typed += [
        (values, key) for table in (TAKEN, REFUSED) for key, listed in table.items() for values in listed
    ]
    page = _page_of(browser, StepForm(form, tout, "fr", data=LAID_OUT, today=today))
    fields = browser_step_data(form, tout, {}, today)["definition"]["steps"][0]["fields"]
    found = page.evaluate(FILL, [fields, today.isoformat(), [values for values, _key in typed]])
    page.context.close()

    wrong = []
    for (values, key), answers in zip(typed, found, strict=True):
        posted, files = QueryDict(mutable=True), MultiValueDict()
        for name, value in values.items():
            posted.setlist(name, value if isinstance(value, list) else [value])
        if "pieces" in posted:
            files["pieces"] = SimpleUploadedFile(posted.pop("pieces")[0], b"%PDF-1.7 small")
        given = StepForm(form, tout, "fr", data=posted, files=files, today=today).given
        if key:
            assert (given[key] is not None) is (values in TAKEN[key]), (key, values, given[key])
        for name, kind in kinds.items():
            here, there = _read(json.dumps(answers.get(name))), _read(json.dumps(given[name]))
            judged_by_the_server_alone = there is None and name == key and name not in REFUSED
            if here == there or judged_by_the_server_alone or (_empty(here) and _empty(there)):
                continue
            if kind not in WRITTEN_ANEW or is_empty(here) != is_empty(there):
                wrong.append((name, values, {"browser": here, "server": there}))
    assert wrong == []


def _empty(answer) -> bool:
    """Return whether an answer is empty: rows without contents and an unticked box are."""
    if isinstance(answer, list):
        return all(isinstance(one, dict) and all(map(_empty, one.values())) for one in answer)
    return answer is False or is_empty(answer)


def _page_of(browser, form: StepForm):
    context = browser.new_context()
    page = context.new_page()
    html = render_to_string("formbuilder/questions.html", {"form": form})
    html = re.sub("<script.*?</script>", "", html, flags=re.DOTALL)  # page scripts
    html = f"<!doctype html><title>Rules</title><form id=filing>{html}</form>"
    page.route(
        f"{ORIGIN}/**",
        lambda route: (
            _serve(route)
            if "/js/" in route.request.url
            else route.fulfill(body=html, content_type="text/html")
        ),
    )
    page.goto(f"{ORIGIN}/")
    return page
