"""System checks of extensions and integrations: nothing that an app offers is overlooked."""

import ast
import inspect
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import methodcaller
from pathlib import Path
from types import ModuleType
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import Error, register
from django.core.exceptions import ImproperlyConfigured

from .base import EXTENSION_BASES, Extension, extension_modules, merged, own_subclasses
from .integrations import CHOSEN_BY_SETTING

# Modules that earlier versions looked for. ``search`` and ``decisions`` are left out: they are names of other modules.
RETIRED = (
    *(
        "alert_ways",
        "archiving",
        "carriers",
        "case_events",
        "case_names",
        "case_panels",
        "exemptions",
        "geds",
    ),
    *(
        "held",
        "hindrances",
        "home_blocks",
        "identity_checks",
        "limits",
        "newsletter_items",
        "not_due",
        "outbox",
    ),
    *("page_foot", "page_hindrances", "paid_before", "payment_providers", "personal", "planned", "prefill"),
    *("prices", "protection", "receipts", "refusals", "sweeps", "team_panels", "today", "ways"),
)
ASKED_WHILE_MODELS_LOAD = ("content_blocks", "newsletter_content")


@register("extensions")
def check_extension_files(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[Error]:
    """Check that each extension file implements something, and only methods that exist."""
    files = sorted({base.file for base in EXTENSION_BASES})
    return [
        fault for file in files for module in extension_modules(file) for fault in _faults_of_file(module)
    ]


@register("extensions")
def check_extension_keys(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[Error]:
    """Check that no key is offered twice, as far as that is known without a case or a page."""
    return [fault for base in EXTENSION_BASES for fault in _repeated_keys(base)]


@register("extensions")
def check_retired_files(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[Error]:
    """Check that no app has a module that an earlier version looked for: nothing looks for it now."""
    hint = "Subclass an extension class: docs/extending.md. If it is something else, give it another name."
    return [
        Error(f"{config.name}.{name} is not looked for any more.", hint=hint, id="extensions.E004")
        for config in apps.get_app_configs()
        for name in RETIRED
        if (Path(config.path) / f"{name}.py").exists()
    ]


@register("extensions")
def check_early_files(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[Error]:
    """Check that what is imported while models load does not import the models of its own app."""
    hint = "Import them inside of functions and methods."
    return [
        Error(f"{config.name}.{name} imports models that still load.", hint=hint, id="extensions.E005")
        for config in apps.get_app_configs()
        for name in ASKED_WHILE_MODELS_LOAD
        if (path := Path(config.path) / f"{name}.py").exists()
        and imports_models(path.read_text(), config.name)
    ]


@register("integrations")
def check_chosen_integrations(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[Error]:
    """Check that each integration that a setting names exists."""
    return [
        Error(fault, hint="See docs/settings.md.", id="integrations.E001")
        for registry in CHOSEN_BY_SETTING
        for fault in registry.faults()
    ]


def imports_models(source: str, app: str) -> bool:
    """Return whether a module of ``app`` imports its models, other than inside of functions."""
    return any(
        (node.level == 1 and node.module == "models")
        or (node.level == 0 and node.module == f"{app}.models")
        or (node.level == 1 and node.module is None and any(one.name == "models" for one in node.names))
        for node in ast.parse(source).body
        if isinstance(node, ast.ImportFrom)
    )


def _faults_of_file(module: ModuleType) -> Iterator[Error]:
    bases = [base for base in EXTENSION_BASES if module.__name__.endswith(f".{base.file}")]
    classes = [(base, one) for base in bases for one in own_subclasses(module, base)]
    if not classes:
        names = ", ".join(base.__name__ for base in bases)
        hint = f"Subclass one of {names}, or delete the file."
        yield Error(f"{module.__name__} implements nothing.", hint=hint, id="extensions.E001")
    for base, times in Counter(base for base, _one in classes).items():
        if times > 1:
            hint = "Put their methods into one class."
            yield Error(
                f"{module.__name__} subclasses {base.__name__} twice.", hint=hint, id="extensions.E003"
            )
    for base, one in classes:
        yield from _faults_of_class(base, one)


def _faults_of_class(base: type[Extension], one: type[Extension]) -> Iterator[Error]:
    own = [name for name in vars(one) if not name.startswith("_")]
    name = f"{one.__module__}.{one.__name__}"
    for method in own:
        if not hasattr(base, method):
            hint = f"It has: {', '.join(sorted(_hooks(base)))}."
            yield Error(
                f"{name}.{method}: {base.__name__} has no such method.", hint=hint, id="extensions.E002"
            )
    if not any(method in _hooks(base) for method in own):
        yield Error(f"{name} overrides nothing.", hint="Delete the class.", id="extensions.E006")


def _repeated_keys(base: type[Extension]) -> Iterator[Error]:
    for name, method in _hooks(base).items():
        if list(inspect.signature(method).parameters) != ["self"] or not isinstance(method(base()), Mapping):
            continue
        try:
            merged(base, methodcaller(name))
        except ImproperlyConfigured as fault:
            yield Error(f"{name}: {fault}", hint="Give one another key.", id="extensions.E003")


def _hooks(base: type[Extension]) -> dict[str, Callable[..., Any]]:
    return {name: one for name, one in vars(base).items() if inspect.isfunction(one) and name[0] != "_"}
