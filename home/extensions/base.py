"""Extension classes: what an app adds to the flow of an app below, with one method per place.

The app below declares a base class with a harmless default for each method. An app above subclasses it in the file
that the base names, as ``case_extension.py``, and overrides the methods of the places where it takes part.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any, ClassVar

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import module_has_submodule


class Extension:
    """A part of one app in the flow of another. The methods return values; they never write."""

    file: ClassVar[str]  # the module in which apps subclass it

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "file" in vars(cls):
            EXTENSION_BASES.append(cls)


EXTENSION_BASES: list[type[Extension]] = []  # the base classes of all owners

_instances: dict[type[Extension], list[Any]] = {}


def extensions[E: Extension](base: type[E]) -> list[E]:
    """Return one instance per implementing class, from the last of INSTALLED_APPS to the first: base apps first.

    Raises AppRegistryNotReady while models load.
    """
    if base not in _instances:
        apps.check_models_ready()
        modules = extension_modules(base.file)
        _instances[base] = [one() for module in modules for one in own_subclasses(module, base)]
    found: list[E] = _instances[base]
    return found


def merged[E: Extension, V](base: type[E], read: Callable[[E], Mapping[str, V]]) -> dict[str, V]:
    """Return what all extensions offer by key. Raises ImproperlyConfigured if a key is offered twice."""
    offers: dict[str, V] = {}
    for extension in extensions(base):
        for key, offer in read(extension).items():
            if key in offers:
                raise ImproperlyConfigured(f"{base.__name__}: {key!r} is offered twice.")
            offers[key] = offer
    return offers


@contextmanager
def override_extensions[E: Extension](base: type[E], instances: Sequence[E]) -> Iterator[None]:
    """Replace the extensions of a base, in tests."""
    before = extensions(base)
    _instances[base] = list(instances)
    try:
        yield
    finally:
        _instances[base] = before


def extension_modules(file: str) -> list[ModuleType]:
    """Import the modules of this name of all installed apps, base apps first."""
    return [
        import_module(f"{config.name}.{file}")
        for config in reversed(list(apps.get_app_configs()))
        if config.module is not None and module_has_submodule(config.module, file)
    ]


def own_subclasses(module: ModuleType, base: type[Extension]) -> list[type[Any]]:
    """Return the subclasses of ``base`` that are defined in a module, not those that it imports."""
    classes = [one for one in vars(module).values() if isinstance(one, type) and issubclass(one, base)]
    return [one for one in classes if one.__module__ == module.__name__]
