"""Shapes of JSON: each reads a value, reports what is wrong with it, and describes itself as JSON Schema.

Total: any JSON is read, nothing raises. An invalid value is recorded with its path and left out, so that the rest can
be checked too. A path consists of keys where there are any (``field.nom.settings.max``), else of positions
(``steps[0].key``).
"""

import json
import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..definition import KEY_PATTERN

DEEPEST = 40
MAX_NUMBER = 10**12  # limit for any number
WRONG = object()  # returned by ``read`` in place of a value that cannot be used
# NUL and surrogates: PostgreSQL does not store them and UTF-8 does not encode them.
UNWRITABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass
class ShapeReading:
    """The result of reading: problems as path and reason, and what was left out.

    ``lost``: keys of elements that were left out; references to them cannot be checked. ``blind``: elements with
    unknown keys were left out.
    """

    faults: list[tuple[str, str]] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    blind: bool = False

    def refuse(self, path: str, reason) -> object:
        self.faults.append((path, str(reason)))
        return WRONG

    def note(self, path: str, reason, value):
        """Record a problem of a value with the right type; references to it can still be checked."""
        self.refuse(path, reason)
        return value

    def lose(self, value) -> None:
        """Record an element, or a list of elements, that is left out."""
        keys: set[str] = set()
        waiting = [value]
        while waiting:
            one = waiting.pop()
            if isinstance(one, dict):
                keys.update(one[name] for name in ("key", "value") if isinstance(one.get(name), str))
                waiting += one.values()
            elif isinstance(one, list):
                waiting += one
        self.lost |= keys
        self.blind = self.blind or not keys


class Shape:
    """The allowed values of one place. ``says``: the description, for authors who write JSON by hand."""

    says = ""

    def __init__(self, *, says: str = ""):
        self.says = says

    def read(self, value, path: str, reading: ShapeReading):
        """Return the valid part of the value, or ``WRONG``; problems are added to ``reading``."""
        raise NotImplementedError

    def schema(self, defs: dict) -> dict:
        """Return the shape as JSON Schema. Shapes with a name are added to ``defs`` once."""
        described = {"description": self.says} if self.says else {}
        return described | self._schema(defs)

    def _schema(self, defs: dict) -> dict:
        raise NotImplementedError


class TextShape(Shape):
    """A text. ``pattern`` must match all of it; ``among`` lists the allowed texts."""

    def __init__(
        self,
        *,
        pattern: str = "",
        least: int = 0,
        most: int | None = None,
        among: Collection[str] | None = None,
        reason="",
        says: str = "",
    ):
        super().__init__(says=says)
        self.pattern, self.least, self.most, self.among, self.reason = pattern, least, most, among, reason

    def read(self, value, path, reading):
        if not isinstance(value, str) or UNWRITABLE.search(value):
            return reading.refuse(path, _("Enter a text here."))
        if self.among is not None and value not in self.among:
            reason = self.reason or gettext_lazy("“%(value)s” is not known.")
            return reading.refuse(path, reason % {"value": printable_name(value)})
        if self.pattern and not re.fullmatch(self.pattern, value):
            return reading.note(path, self.reason or _("The format of this is wrong."), value)
        if len(value) < self.least:
            return reading.note(path, _("This is empty."), value)
        if self.most is not None and len(value) > self.most:
            reason = _("This is too long: at most %(limit)s characters.") % {"limit": self.most}
            return reading.note(path, reason, value)
        return value

    def _schema(self, defs):
        if self.among is not None:
            return {"enum": list(self.among)}
        defs.setdefault("text", {"type": "string", "not": {"pattern": r"[\u0000\ud800-\udfff]"}})
        found: dict = {"$ref": "#/$defs/text"}
        if self.pattern:
            found["pattern"] = rf"^(?:{self.pattern})$(?!\n)"
        if self.least:
            found["minLength"] = self.least
        if self.most is not None:
            found["maxLength"] = self.most
        return found


class NumberShape(Shape):
    """A number between two limits."""

    kind, wrong = "number", gettext_lazy("Enter a number here.")

    def __init__(self, *, least=None, most=None, reason="", says: str = ""):
        super().__init__(says=says)
        self.least = -MAX_NUMBER if least is None else least
        self.most = MAX_NUMBER if most is None else most
        self.reason = reason or gettext_lazy("The number must be between %(least)s and %(most)s.")

    def read(self, value, path, reading):
        if isinstance(value, bool) or not self._is(value):
            return reading.refuse(path, self.wrong)
        if not self.least <= value <= self.most:
            return reading.note(path, self.reason % {"least": self.least, "most": self.most}, value)
        return value

    def _is(self, value) -> bool:
        return isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))

    def _schema(self, defs):
        return {"type": self.kind, "minimum": self.least, "maximum": self.most}


class IntegerShape(NumberShape):
    kind, wrong = "integer", gettext_lazy("Enter a whole number here.")

    def _is(self, value):
        return isinstance(value, int)


class BooleanShape(Shape):
    def read(self, value, path, reading):
        return value if isinstance(value, bool) else reading.refuse(path, _("Enter true or false here."))

    def _schema(self, defs):
        return {"type": "boolean"}


class NullShape(Shape):
    def read(self, value, path, reading):
        return value if value is None else reading.refuse(path, _("Enter null here."))

    def _schema(self, defs):
        return {"type": "null"}


class AnyShape(Shape):
    """Any JSON that can be stored."""

    def read(self, value, path, reading):
        return value if _can_be_kept(value) else reading.refuse(path, _("This cannot be stored."))

    def _schema(self, defs):
        return {}


class ListShape(Shape):
    """A list of elements of one shape. If ``called`` is given, their paths consist of it and their key."""

    def __init__(self, one: Shape, *, called: str = "", most: int | None = None, says: str = ""):
        super().__init__(says=says)
        self.one, self.called, self.most = one, called, most

    def read(self, value, path, reading):
        if not isinstance(value, list):
            return reading.refuse(path, _("Enter a list here."))
        if self.most is not None and len(value) > self.most:
            return reading.refuse(path, _("This list is too long: at most %(limit)s.") % {"limit": self.most})
        found = []
        for index, one in enumerate(value):
            sound = self.one.read(one, self._path(one, f"{path}[{index}]"), reading)
            if sound is WRONG:
                reading.lose(one)
            else:
                found.append(sound)
        return found

    def _path(self, one, place: str) -> str:
        key = one.get("key") if self.called and isinstance(one, dict) else None
        return f"{self.called}.{key}" if isinstance(key, str) and re.fullmatch(KEY_PATTERN, key) else place

    def _schema(self, defs):
        most = {} if self.most is None else {"maxItems": self.most}
        return {"type": "array", "items": self.one.schema(defs)} | most


class ObjectShape(Shape):
    """An object with known names: required and optional ones.

    ``forgiving``: its valid part is returned even if something required is missing.
    """

    def __init__(
        self,
        needed: Mapping[str, Shape] | None = None,
        optional: Mapping[str, Shape] | None = None,
        *,
        forgiving: bool = False,
        says: str = "",
    ):
        super().__init__(says=says)
        self.needed = dict(needed or {})
        self.known = self.needed | dict(optional or {})
        self.forgiving = forgiving

    def read(self, value, path, reading):
        if not isinstance(value, dict):
            return reading.refuse(path, _("Enter an object here."))
        before = len(reading.faults)
        for name in self.needed:
            if name not in value:
                reading.refuse(join_path(path, name), _("This is missing."))
        found = {
            name: self._read_one(name, one, join_path(path, name), reading) for name, one in value.items()
        }
        found = {name: one for name, one in found.items() if one is not WRONG}
        if len(reading.faults) > before and isinstance(value.get("key"), str):
            reading.lost.add(value["key"])  # a part of it is missing
        return found if self.forgiving or self.needed.keys() <= found.keys() else WRONG

    def _read_one(self, name: str, value, path: str, reading: ShapeReading):
        if name not in self.known:
            return reading.refuse(path, _("This is not known."))
        found = self.known[name].read(value, path, reading)
        if found is WRONG and isinstance(self.known[name], ListShape):
            reading.lose(value)
        return found

    def _schema(self, defs):
        found: dict = {
            "type": "object",
            "properties": {name: shape.schema(defs) for name, shape in self.known.items()},
        }
        if self.needed:
            found["required"] = list(self.needed)
        return found | {"additionalProperties": False}


class MapShape(Shape):
    """An object with names of the author: patterns of names, and the shape for each."""

    def __init__(self, rows: Mapping[str, Shape], *, wrong_name=None, says: str = ""):
        super().__init__(says=says)
        self.rows, self.wrong_name = dict(rows), wrong_name or gettext_lazy("This is not known.")

    def read(self, value, path, reading):
        if not isinstance(value, dict):
            return reading.refuse(path, _("Enter an object here."))
        found = {}
        for name, one in value.items():
            sound = self._read_one(name, one, join_path(path, name), reading)
            if sound is WRONG:
                reading.lost.add(name)
            else:
                found[name] = sound
        return found

    def _read_one(self, name: str, value, path: str, reading: ShapeReading):
        shape = next((shape for pattern, shape in self.rows.items() if re.fullmatch(pattern, name)), None)
        if shape is None or UNWRITABLE.search(name):
            return reading.refuse(path, self.wrong_name)
        return shape.read(value, path, reading)

    def _schema(self, defs):
        rows = {rf"^(?:{pattern})$(?!\n)": shape.schema(defs) for pattern, shape in self.rows.items()}
        return {"type": "object", "patternProperties": rows, "additionalProperties": False}


class TypedObjectShape(ObjectShape):
    """An object whose ``type`` determines the shape of its ``settings``."""

    def __init__(self, needed, optional, *, settings: Mapping[str, Shape], unknown, says: str = ""):
        names = TextShape(among=list(settings), reason=unknown)
        super().__init__(needed | {"type": names}, optional | {"settings": AnyShape()}, says=says)
        self.settings = dict(settings)

    def read(self, value, path, reading):
        found = super().read(value, path, reading)
        if found is not WRONG and "settings" in found:
            shape = self.settings[found["type"]]
            settings = shape.read(found["settings"], join_path(path, "settings"), reading)
            found["settings"] = {} if settings is WRONG else settings
        return found

    def _schema(self, defs):
        cases = [
            {
                "if": {"properties": {"type": {"const": name}}, "required": ["type"]},
                "then": {"properties": {"settings": shape.schema(defs)}},
            }
            for name, shape in self.settings.items()
        ]
        return super()._schema(defs) | {"allOf": cases}


class UnionShape(Shape):
    """A choice of several shapes, distinguished by their JSON types."""

    def __init__(self, *shapes: Shape, reason, says: str = ""):
        super().__init__(says=says)
        self.shapes, self.reason = shapes, reason

    def read(self, value, path, reading):
        for shape in self.shapes:
            trial = ShapeReading()
            found = shape.read(value, path, trial)
            if not trial.faults:
                return found
        return reading.refuse(path, self.reason)

    def _schema(self, defs):
        return {"anyOf": [shape.schema(defs) for shape in self.shapes]}


class NamedShape(Shape):
    """A shape that is used in several places, or in itself."""

    def __init__(self, name: str, shape: Shape):
        super().__init__()
        self.name, self.shape = name, shape

    def read(self, value, path, reading):
        return self.shape.read(value, path, reading)

    def _schema(self, defs):
        if self.name not in defs:
            defs[self.name] = {}
            defs[self.name] = self.shape.schema(defs)
        return {"$ref": f"#/$defs/{self.name}"}


def join_path(path: str, name: str) -> str:
    return f"{path}.{printable_name(name)}" if path else printable_name(name)


def printable_name(name: str) -> str:
    """Return a name that can be shown anywhere: shortened, and escaped if it is not printable."""
    short = name if len(name) <= 80 else f"{name[:80]}…"
    return short if short.isprintable() else json.dumps(short)[1:-1]


def _can_be_kept(value) -> bool:
    waiting = [(value, 0)]
    while waiting:
        one, depth = waiting.pop()
        if depth > DEEPEST or (isinstance(one, float) and not math.isfinite(one)):
            return False
        if isinstance(one, int) and not -MAX_NUMBER <= one <= MAX_NUMBER:
            return False
        if isinstance(one, str) and UNWRITABLE.search(one):
            return False
        if isinstance(one, dict):
            waiting += [(part, depth + 1) for pair in one.items() for part in pair]
        elif isinstance(one, list):
            waiting += [(part, depth + 1) for part in one]
    return True
