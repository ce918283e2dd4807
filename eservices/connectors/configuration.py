"""Reading of the plain values by which an administrator configures a connection or a layout. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

LONGEST = 500  # characters of a text, if nothing else is said


class InvalidConfiguration(ValueError):
    """A connection or a layout cannot be used as it is configured. ``faults``: sentences by the name of the value."""

    def __init__(self, faults: Mapping[str, str]):
        self.faults = dict(faults)
        super().__init__("; ".join(f"{name}: {text}" for name, text in self.faults.items()))


class Configuration:
    """Configured values that are read one by one. ``check`` raises with all faults at once."""

    def __init__(self, values: Mapping[str, Any]):
        self.values = values
        self.faults: dict[str, str] = {}
        self.known: set[str] = set()

    def text(self, name: str, default: str = "", *, required: bool = False, most: int = LONGEST) -> str:
        """Return a text without spaces around it."""
        value = self._value(name, default)
        if not isinstance(value, str) or "\0" in value:  # no file, no host and no database takes a NUL
            return self._refuse(name, _("Enter a text."), default)
        if len(value) > most:
            return self._refuse(name, _("At most %(most)s characters.") % {"most": most}, default)
        if required and not value.strip():
            return self._refuse(name, _("This value is required."), default)
        return value.strip()

    def choice(self, name: str, choices: Iterable[str], default: str) -> str:
        """Return one of the choices."""
        value, allowed = self._value(name, default), list(choices)
        if value in allowed:
            return str(value)
        return self._refuse(name, _("Choose one of: %(choices)s.") % {"choices": ", ".join(allowed)}, default)

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """Return a whole number between two others."""
        value = self._value(name, default)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        text = _("Enter a whole number from %(least)s to %(most)s.") % {"least": least, "most": most}
        return self._refuse(name, text, default)

    def flag(self, name: str, default: bool = False) -> bool:
        """Return true or false."""
        value = self._value(name, default)
        return value if isinstance(value, bool) else self._refuse(name, _("Enter true or false."), default)

    def mapping(self, name: str) -> dict[str, Any]:
        """Return values by name; empty if there are none."""
        value = self._value(name, {})
        if isinstance(value, dict) and all(isinstance(key, str) for key in value):
            return value
        return self._refuse(name, _("Enter values by name."), {})

    def items(self, name: str) -> list[Any]:
        """Return a list; empty if there is none."""
        value = self._value(name, [])
        return list(value) if isinstance(value, list | tuple) else self._refuse(name, _("Enter a list."), [])

    def refuse(self, name: str, text: str) -> None:
        """Remember what is wrong with a value. The first fault of a value stays."""
        self.faults.setdefault(name, text)

    def check(self) -> None:
        """Raise InvalidConfiguration if a value is wrong, or if there is one that nothing reads."""
        for name in self.values:
            if name not in self.known:
                self.refuse(name, _("There is no such value."))
        if self.faults:
            raise InvalidConfiguration(self.faults)

    def _value(self, name: str, default: Any) -> Any:
        self.known.add(name)
        value = self.values.get(name)
        return default if value is None else value

    def _refuse[Value](self, name: str, text: str, default: Value) -> Value:
        self.refuse(name, text)
        return default
