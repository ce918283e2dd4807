"""Large forms, like the largest that communes run: hundreds of questions and conditions, every type."""

import copy
from itertools import cycle
from math import ceil

from eservices.formbuilder.field_types import field_types
from tests.factories.formbuilder import content, question, step

PER_STEP = 16
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
    """One question of every type that an installed app offers, none of them required."""
    more = {kind: {"settings": settings} for kind, settings in SETTINGS.items()}
    return [question(f"q_{one.key}", one.key, **one.example | more.get(one.key, {})) for one in field_types]


def large_form(fields: int = 400, conditions: int | None = None, languages=(), **more) -> dict:
    """A sound definition of so many questions, those in groups counted, in steps of at most ``PER_STEP``, all alike.

    A little more than half of them have a condition, from the first step to the last, on an answer of their step or
    of one before. Each step begins with a yes or no. ``languages``: all texts in these too.
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
        steps.append(step(f"etape_{number}", *asked))
    made = content(*steps, slug=f"formulaire-{fields}", **more)
    own = made["texts"]["fr"] | _helps(steps)
    made["texts"] = {"fr": own} | {one: {p: f"{t} ({one})" for p, t in own.items()} for one in languages}
    return made


def nothing_but_yes(step: dict) -> dict[str, str]:
    """What a browser posts for a step of a large form: yes to its first question, and everything else is asked."""
    return {step["fields"][0]["key"]: "true"}


def _all(steps: list[dict]) -> list[dict]:
    return [field for one in steps for field in one["fields"]]


def _weight(field: dict) -> int:
    return 1 + len(field.get("fields", []))


def _renamed(field: dict, end: str) -> dict:
    """A copy of a question under another key."""
    made = copy.deepcopy(field) | {"key": f"{field['key']}{end}"}
    made["fields"] = [_renamed(one, end) for one in made.get("fields", [])]
    return {name: value for name, value in made.items() if value not in ([], {})}


def _condition(number: int, position: int) -> dict:
    own = {"field": f"s{number}", "operator": "equals", "value": True}
    earlier = {"field": f"s{(number * 7 + position) % (number + 1)}", "operator": "equals", "value": True}
    joined = {"any": [own, {"all": [earlier, {"field": "s0", "operator": "filled"}]}]}
    return joined if position % 3 == 0 else own


def _helps(steps: list[dict]) -> dict[str, str]:
    """A line of help for every question that is asked."""
    return {
        f"field.{field['key']}.help": "Une ligne d’aide, comme il y en a partout."
        for field in _all(steps)
        if field_types[field["type"]].asks
    }
