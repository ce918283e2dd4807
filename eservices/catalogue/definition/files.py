"""Reading and writing of definition files, with messages about errors and readable formatting."""

import json
from collections import Counter
from pathlib import Path

from django.utils.translation import gettext as _

from home.text.cleaning import without_wrappers

MAX_BYTES = 5 * 1024 * 1024  # the largest form of a commune has less than one tenth


class InvalidDefinitionFile(Exception):
    """The file is not a definition. The message gives the reason."""


def read_definition_file(path: str | Path) -> object:
    """Return the JSON of a file. Raise InvalidDefinitionFile if it cannot be read or parsed."""
    try:
        with Path(path).open("rb") as file:
            return parse_definition(file.read(MAX_BYTES + 1))
    except FileNotFoundError:
        raise InvalidDefinitionFile(_("There is no such file.")) from None
    except IsADirectoryError:
        raise InvalidDefinitionFile(_("This is a folder.")) from None
    except (OSError, ValueError) as fault:  # ValueError: NUL in the file name
        raise InvalidDefinitionFile(_("The file cannot be read: %(fault)s.") % {"fault": fault}) from None


def parse_definition(content: bytes) -> object:
    """Parse JSON that was read or uploaded. Raise InvalidDefinitionFile if it is invalid."""
    if len(content) > MAX_BYTES:
        limit = MAX_BYTES // 1024 // 1024
        raise InvalidDefinitionFile(_("The file is too large: at most %(limit)s MB.") % {"limit": limit})
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidDefinitionFile(_("The file is not written in UTF-8.")) from None
    if not text.strip():
        raise InvalidDefinitionFile(_("The file is empty."))
    try:
        return _unwrapped(json.loads(text, object_pairs_hook=_object, parse_constant=_refuse))
    except json.JSONDecodeError as fault:
        place = {"line": fault.lineno, "column": fault.colno}
        raise InvalidDefinitionFile(
            _("This is not JSON: see line %(line)s, column %(column)s.") % place
        ) from None
    except RecursionError:
        raise InvalidDefinitionFile(_("This is nested too deeply.")) from None
    except ValueError:  # an integer of thousands of digits
        raise InvalidDefinitionFile(_("A number is too long.")) from None


def serialize_definition(definition: dict) -> str:
    """Return the text of a definition file."""
    return json.dumps(definition, ensure_ascii=False, indent=2) + "\n"


def _unwrapped(value: object) -> object:
    """Return the value with the real URL in place of each link rewritten by a mail program."""
    if isinstance(value, str):
        return without_wrappers(value)
    if isinstance(value, list):
        return [_unwrapped(one) for one in value]
    if isinstance(value, dict):
        return {name: _unwrapped(one) for name, one in value.items()}
    return value


def _object(pairs: list[tuple[str, object]]) -> dict:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice, _times = Counter(name for name, _value in pairs).most_common(1)[0]
        raise InvalidDefinitionFile(
            _("“%(name)s” appears twice in the same object.") % {"name": ascii(twice)[1:-1]}
        )
    return found


def _refuse(constant: str):
    raise InvalidDefinitionFile(_("“%(name)s” is not a number of JSON.") % {"name": constant})
