"""The shape of a definition: what may stand where. Total: takes any JSON, never raises."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

TEXT, WHOLE, YES_NO, ANY = "text", "whole", "yes_no", "any"
CONDITION = "condition"

OPTION = {"value": TEXT, "condition": CONDITION}
FIELD: dict = {
    "key": TEXT,
    "type": TEXT,
    "required": YES_NO,
    "condition": CONDITION,
    "options": [OPTION],
    "autocomplete": TEXT,
    "personal": YES_NO,
    "searchable": YES_NO,
    "settings": {...: ANY},
}
FIELD["fields"] = [FIELD]
DEFINITION = {
    "format": WHOLE,
    "language": TEXT,
    "slug": TEXT,
    "settings": {
        "team": TEXT,
        "days": WHOLE,
        "applicant": {"name": [TEXT], "email": TEXT, "phone": TEXT},
    },
    "steps": [
        {
            "key": TEXT,
            "condition": CONDITION,
            "fields": [FIELD],
            "checks": [{"key": TEXT, "condition": CONDITION}],
        }
    ],
    "fees": [{"key": TEXT, "amount": WHOLE, "quantity": TEXT, "condition": CONDITION}],
    "stages": [{"key": TEXT, "type": TEXT, "settings": {...: ANY}, "condition": CONDITION}],
    "texts": {...: {...: TEXT}},
}
NEEDED = {
    id(DEFINITION): ("format", "language", "steps", "texts"),
    id(OPTION): ("value",),
    id(FIELD): ("key", "type"),
    id(DEFINITION["steps"][0]): ("key",),
    id(DEFINITION["steps"][0]["checks"][0]): ("key", "condition"),
    id(DEFINITION["fees"][0]): ("key", "amount"),
    id(DEFINITION["stages"][0]): ("key", "type"),
}
DEEPEST = 40


def shape_faults(content) -> list[tuple[str, str]]:
    """Path and reason of everything that stands where it must not, or misses where it must stand."""
    found = list(_faults(content, DEFINITION, "", 0))
    if not found and content["language"] not in content["texts"]:
        found.append(("texts", _("The texts in the form’s own language are missing.")))
    return found


def _faults(value, shape, path: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth > DEEPEST:
        yield path, _("This is nested too deeply.")
    elif isinstance(shape, dict):
        yield from _dict_faults(value, shape, path, depth)
    elif isinstance(shape, list):
        if not isinstance(value, list):
            yield path, _("A list must stand here.")
            return
        for index, one in enumerate(value):
            yield from _faults(one, shape[0], f"{path}[{index}]", depth + 1)
    elif not _fits(value, shape):
        yield path, str(REASONS[shape])


def _dict_faults(value, shape: dict, path: str, depth: int) -> Iterator[tuple[str, str]]:
    if not isinstance(value, dict):
        yield path, _("An object must stand here.")
        return
    for name in NEEDED.get(id(shape), ()):
        if name not in value:
            yield _join(path, name), _("This is missing.")
    for name, one in value.items():
        if name in shape or ... in shape:
            yield from _faults(one, shape.get(name, shape.get(...)), _join(path, name), depth + 1)
        else:
            yield _join(path, name), _("This is not known.")


def _fits(value, shape: str) -> bool:
    if shape == TEXT:
        return isinstance(value, str) and "\x00" not in value
    if shape == WHOLE:
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**12
    if shape == YES_NO:
        return isinstance(value, bool)
    if shape == CONDITION:
        return value is None or _is_condition(value, 0)
    return True


def _is_condition(value, depth: int) -> bool:
    if not isinstance(value, dict) or depth > DEEPEST:
        return False
    for word in ("all", "any"):
        if word in value:
            parts = value[word]
            return (
                set(value) == {word}
                and isinstance(parts, list)
                and all(_is_condition(p, depth + 1) for p in parts)
            )
    return set(value) <= {"field", "operator", "value"}


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else str(name)


REASONS = {
    TEXT: gettext_lazy("A text must stand here."),
    WHOLE: gettext_lazy("A whole number must stand here."),
    YES_NO: gettext_lazy("true or false must stand here."),
    CONDITION: gettext_lazy("This is not a condition."),
    ANY: "",
}
