"""Integrations: what talks to other systems.

It is an extension point: an app registers its integrations in its file ``integrations.py``, whoever declared the kind.

Each kind has a registry of its own, with its interface: a key such as ``demo`` names a payment provider, a population
register and others.
"""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from .registry import Registry


class IntegrationRegistry[Offer](Registry[Offer]):
    """Integrations of one kind, by key. Keys are in settings and in rows, so they never change.

    ``setting``: the setting that chooses among them. It holds a key, an address whose scheme is the key, or several
    keys.
    """

    def __init__(self, setting: str = ""):
        super().__init__("integrations")
        self.setting = setting
        if setting:
            CHOSEN_BY_SETTING.append(self)

    def chosen(self) -> Offer:
        """Return the integration that the setting names. Raise ImproperlyConfigured if no installed app has it."""
        key = _key(getattr(settings, self.setting))
        if key not in self:
            raise ImproperlyConfigured(self._fault(key))
        return self[key]

    def faults(self) -> Iterator[str]:
        """Yield what is wrong with the setting, in one sentence each."""
        value = getattr(settings, self.setting)
        for key in map(_key, [value] if isinstance(value, str) else value):
            if key and key not in self:
                yield self._fault(key)

    def _fault(self, key: str) -> str:
        keys = ", ".join(name for name, _offer in self.items())
        return f"{self.setting} names “{key}”. It may name: {keys}."


CHOSEN_BY_SETTING: list[IntegrationRegistry[Any]] = []


def _key(value: str) -> str:
    """Return a key, or the scheme of an address."""
    return value.partition(":")[0]
