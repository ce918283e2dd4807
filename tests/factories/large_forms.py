"""Large forms, as the largest of communes: hundreds of questions and conditions of every type."""

import copy
from itertools import cycle
from math import ceil

from eservices.formbuilder.field_types import field_types
from tests.factories.formbuilder import content, question, step, when

PER_STEP = 16
EACH_ASKED_IF = 5  # steps
SETTINGS = {
    "booking": {"resources": ["salle"]},
    "short_text": {"max_length": 80},
    "integer": {"min": 1, "max": 9},
    "date": {"min": "-1y", "max": "+1y"},
    "choices": {"max": 2},
    "files": {"max_files": 2, "accept": ["pdf"]},
    "computed": {"formula": {"operation": "count", "fields": ["s0"]}},
}


def every_question() -> list[dict]:
    """Return an optional question of every field type of installed apps."""
    more = {kind: {"settings": settings} for kind, settings in SETTINGS.items()}
    return [question(f"q_{one.key}", one.key, **one.example | more.get(one.key, {})) for one in field_types]


def large_form(
    fields: int = 400, conditions: int | None = None, languages=(), table: str = "", **more
) -> dict:
    """Return a valid definition with this number of questions, those in groups included.

    Steps are equally long, with at most ``PER_STEP`` questions. A little more than half of the questions have a
    condition, evenly distributed, on an answer of their step or of an earlier one. Each step begins with a yes-or-no
    question; each fifth is asked after a yes in the one before. The last option of a choice has a condition; each step
    has a validation rule and a fee. ``table``: the reference table for every second choice. ``languages``: more
    languages of all texts.
    """
    wanted, set_so_far = fields * 210 // 400 if conditions is None else conditions, 0
    steps, kinds = [], cycle(every_question())
    while (made := sum(map(_weight, _all(steps)))) < fields:
        number, left = len(steps), fields - made
        room = ceil(left / ceil(left / PER_STEP))
        asked = [question(f"s{number}", "yes_no", required=True)]
        while (free := room - sum(map(_weight, asked))) > 0:
            kind = next(kinds)
            one = _renamed(kind if _weight(kind) <= free else question("reste"), f"_{number}_{len(asked)}")
            reached = min(fields, made + sum(map(_weight, [*asked, one])) + 1)
            if set_so_far < wanted * reached // fields:
                one["condition"], set_so_far = _condition(number, len(asked)), set_so_far + 1
            asked.append(one)
        for one in asked:
            _offer(one, number, table)
        steps.append(step(f"etape_{number}", *asked, checks=[_check(number, asked)], **_asked_if(number)))
    more = {"fees": [_fee(*numbered) for numbered in enumerate(steps)]} | more
    made = content(*steps, slug=f"formulaire-{fields}", **more)
    own = made["texts"]["fr"] | _helps(steps)
    made["texts"] = {"fr": own} | {one: {p: f"{t} ({one})" for p, t in own.items()} for one in languages}
    return made


def _all(steps: list[dict]) -> list[dict]:
    return [field for one in steps for field in one["fields"]]


def _weight(field: dict) -> int:
    return 1 + len(field.get("fields", []))


def _renamed(field: dict, end: str) -> dict:
    """Return a copy of a question with another key."""
    made = copy.deepcopy(field) | {"key": f"{field['key']}{end}"}
    made["fields"] = [_renamed(one, end) for one in made.get("fields", [])]
    return {name: value for name, value in made.items() if value not in ([], {})}


def _condition(number: int, position: int) -> dict:
    own = {"field": f"s{number}", "operator": "equals", "value": True}
    earlier = {"field": f"s{(number * 7 + position) % (number + 1)}", "operator": "equals", "value": True}
    joined = {"any": [own, {"all": [earlier, {"field": "s0", "operator": "filled"}]}]}
    return joined if position % 3 == 0 else own


def _asked_if(number: int) -> dict:
    """Return the condition of a step: each fifth depends on the one before."""
    return {} if number == 0 or number % EACH_ASKED_IF else {"condition": when(f"s{number - 1}", value=True)}


def _offer(asked: dict, number: int, table: str) -> None:
    """Set the options of a choice: in every second step rows of a table, else options with a condition on the last."""
    if table and asked["type"] == "choice" and number % 2:
        del asked["options"]
        asked["table"] = table
    elif "options" in asked:
        asked["options"][-1]["condition"] = when(f"s{number}", value=True)


def _check(number: int, asked: list[dict]) -> dict:
    """Return a rule on two answers that every valid answer meets."""
    looked_at = _of_type(asked, "integer") or asked[-1]["key"]
    within = [when(looked_at, "empty", None), when(looked_at, "filled", None), when(looked_at, "gte", 1)]
    return {
        "key": f"juste_{number}",
        "condition": {"all": [when(f"s{number}", "filled", None), {"any": within}]},
    }


def _fee(number: int, asked: dict) -> dict:
    """Return a fee that is due after a yes, times the integer answer of the step if any, and waived after a plate."""
    counted, waives = _of_type(asked["fields"], "integer"), _of_type(asked["fields"], "plate")
    made = {
        "key": f"taxe_{number}",
        "amount": 1050,
        "vat": "8.1",
        "condition": when(f"s{number}", value=True),
    }
    made |= {"quantity": counted} if counted else {}
    return made | ({"exempt": when(waives, "filled", None)} if waives else {})


def _of_type(asked: list[dict], kind: str) -> str:
    """Return the key of the first question of a type; "" if there is none."""
    return next((one["key"] for one in asked if one["type"] == kind), "")


def _helps(steps: list[dict]) -> dict[str, str]:
    """Return a help text for every question."""
    return {
        f"field.{field['key']}.help": "Une ligne d’aide, comme il y en a partout."
        for field in _all(steps)
        if field_types[field["type"]].asks
    }
