"""How an app below asks what the apps above offer, without knowing them."""

from collections.abc import Callable, Iterator
from importlib import import_module

from django.apps import apps
from django.utils.module_loading import module_has_submodule


class Registry[Offer]:
    """What installed apps offer under a key, each in a file of one name (``stages.py``, …).

    The files are imported at the first look, once, in the order of ``INSTALLED_APPS`` from the ground up, so
    that models may ask while they load. A key is given once: a second offer raises ``ValueError``.
    """

    def __init__(self, module_name: str):
        self.module_name = module_name
        self._offers: dict[str, Offer] = {}
        self._discovered = False

    def register(self, key: str) -> Callable[[Offer], Offer]:
        """Decorates what is offered under ``key``."""

        def keep(offer: Offer) -> Offer:
            if key in self._offers and self._offers[key] is not offer:
                raise ValueError(f"{self.module_name}: {key!r} is offered twice.")
            self._offers[key] = offer
            return offer

        return keep

    def get(self, key: str) -> Offer | None:
        """The offer under ``key``; None where no installed app makes it."""
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
