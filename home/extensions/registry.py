"""Registry through which an app uses extensions of other apps without importing them."""

from collections.abc import Callable, Iterator
from importlib import import_module

from django.apps import apps
from django.utils.module_loading import module_has_submodule


class Registry[Offer]:
    """Extensions of installed apps by key, each app's in a module of the same name (``stages.py``, …).

    The modules are imported once, at the first access, so that models can use the registry while they load. The order
    is the reverse of ``INSTALLED_APPS``, so that base apps come first. A key is registered once: a second extension
    raises ``ValueError``.
    """

    def __init__(self, module_name: str):
        self.module_name = module_name
        self._offers: dict[str, Offer] = {}
        self._discovered = False

    def register(self, key: str) -> Callable[[Offer], Offer]:
        """Return a decorator that registers an extension under ``key``."""

        def keep(offer: Offer) -> Offer:
            if key in self._offers and self._offers[key] is not offer:
                raise ValueError(f"{self.module_name}: {key!r} is offered twice.")
            self._offers[key] = offer
            return offer

        return keep

    def get(self, key: str) -> Offer | None:
        """Return the extension under ``key``; None if no installed app has it."""
        self._discover()
        return self._offers.get(key)

    def items(self) -> list[tuple[str, Offer]]:
        self._discover()
        return list(self._offers.items())

    def __getitem__(self, key: str) -> Offer:
        self._discover()
        return self._offers[key]

    def __contains__(self, key: str) -> bool:
        self._discover()
        return key in self._offers

    def __iter__(self) -> Iterator[Offer]:
        self._discover()
        return iter(list(self._offers.values()))

    def _discover(self) -> None:
        if self._discovered:
            return
        self._discovered = True
        for config in reversed(list(apps.get_app_configs())):
            if module_has_submodule(config.module, self.module_name):
                import_module(f"{config.name}.{self.module_name}")
