"""How long a browser takes to judge a large form: 390 questions, 210 conditions, and the price, in one go.

usage: python -m tests.benchmarks.forms_browser [--runs N]. Needs a chromium, and neither database nor server.
"""

import argparse
import json
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

from tests.browser import NO_BROWSER, chromium

STATIC = Path(__file__).resolve().parents[2] / "mysite" / "static"
ORIGIN = "http://rules.test"
MOST_MS = 5
STEPS, EACH, CONDITIONS = 26, 15, 220
MEASURE = """async ([definition, answers, runs]) => {
  const { Shown, feesDue } = await import("/js/conditions.js");
  const fields = definition.steps.flatMap((step) => step.fields);
  const judge = () => {
    const shown = Shown.of(definition, answers, "2026-11-24");
    const count = fields.filter((field) => shown.shows(field.key)).length;
    return [count, feesDue(definition.fees, shown, "2026-11-24").length];
  };
  const cold = performance.now();
  const found = judge();
  const times = [performance.now() - cold];
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    for (let again = 0; again < 10; again++) judge();
    times.push((performance.now() - start) / 10);
  }
  return { found, times };
}"""


def form() -> tuple[dict, dict]:
    """A form of many steps whose questions look at earlier ones, in every way, and answers to all of them."""
    steps, answers, before = [], {}, []
    for number in range(STEPS):
        fields = [_field(number * EACH + place, before) for place in range(EACH)]
        steps.append({"key": f"s{number}", "fields": fields})
        for field in fields:
            answers[field["key"]] = ANSWERS[field["type"]]
            before.append(field)
    fees = [
        {"key": f"fee{number}", "amount": 1050, "quantity": field["key"], "vat": "8.1"}
        for number, field in enumerate(before)
        if field["type"] == "integer"
    ]
    return {"steps": steps, "fees": fees[:10]}, answers


ANSWERS = {
    "short_text": "Rue du Lac",
    "integer": 5,
    "date": "1986-06-14",
    "yes_no": True,
    "choices": ["a", "b"],
}
ROWS = {
    "short_text": ("contains", "LAC"),
    "integer": ("gte", "2.50"),
    "date": ("age_gte", 18),
    "yes_no": ("equals", True),
    "choices": ("contains", "a"),
}


def _field(number: int, before: list[dict]) -> dict:
    field = {"key": f"q{number}", "type": list(ANSWERS)[number % 5], "condition": None}
    if before and (number * CONDITIONS) % (STEPS * EACH) < CONDITIONS:
        looked_at = (before[-1], before[number // 2])
        rows = [
            dict(zip(("operator", "value"), ROWS[one["type"]], strict=True), field=one["key"])
            for one in looked_at
        ]
        field["condition"] = {"all": rows}
    return field


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=50)
    runs = parser.parse_args().runs
    if not chromium():
        raise SystemExit(NO_BROWSER)
    definition, answers = form()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page()
        page.route(f"{ORIGIN}/**", _serve)
        page.goto(f"{ORIGIN}/")
        measured = page.evaluate(MEASURE, [definition, answers, runs])
        browser.close()
    cold, *warm = measured["times"]
    fields = [field for step in definition["steps"] for field in step["fields"]]
    figures = {
        "fields": len(fields),
        "conditions": sum(field["condition"] is not None for field in fields),
        "shown": measured["found"][0],
        "fee_lines": measured["found"][1],
        "first_ms": round(cold, 2),
        "p50_ms": round(median(warm), 3),
        "worst_ms": round(max(warm), 3),
        "most_ms": MOST_MS,
    }
    print("{fields} questions, {conditions} conditions: {p50_ms} ms in the browser".format(**figures))
    print(json.dumps(figures))
    if figures["p50_ms"] > MOST_MS:
        raise SystemExit(f"slower than {MOST_MS} ms")


def _serve(route) -> None:
    path = STATIC / route.request.url.removeprefix(f"{ORIGIN}/")
    if path.is_file():
        route.fulfill(body=path.read_text(), content_type="text/javascript; charset=utf-8")
    else:
        route.fulfill(body="<!doctype html><title>Rules</title>", content_type="text/html")


if __name__ == "__main__":
    main()
