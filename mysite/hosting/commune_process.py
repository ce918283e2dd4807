"""A process of the host that becomes one of a commune. It happens once: no process ever works for two communes.

The parent has loaded the code with the settings of nobody (``mysite/settings/host.py``). Here these are replaced by the
commune's, and what was derived from them while the code loaded is derived again. Django and Wagtail do this for their
own parts at the signal ``setting_changed``, which exists for tests that override settings.
"""

import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType

import django.test.signals  # noqa: F401 - connects what Django derives again
from django.apps import apps
from django.conf import Settings, settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.core.wsgi import get_wsgi_application
from django.db import connections
from wagtail.admin.forms.account import LocalePreferencesForm

from home.runtime.log_context import set_process_facts

from .. import wsgi
from ..apps import start_monitoring
from ..settings import environment
from .addresses import use_addresses
from .communes import credentials_folder, parse_variables
from .translations import use_translations_of

# Settings of the host that hold for each commune unless its own file sets them.
SHARED = {
    *("LOG_LEVEL", "LOG_FORMAT", "TRUSTED_PROXIES", "CLAMAV_URL", "DISK_RESERVE_MB", "COMMUNE_STATIC"),
    *("PAGE_CACHE", "LINK_CHECKS", "BACKUP_TIME", "BACKUP_KEEP", "BACKUP_PROOF"),
}
# Variables of the parent and of what started it.
OF_THE_PARENT = {
    *("CREDENTIALS_DIRECTORY", "RUNTIME_DIRECTORY", "NOTIFY_SOCKET", "LISTEN_PID", "LISTEN_FDS"),
    *("COMMUNE_LISTENERS", "COMMUNE_WAKE_UPS"),
}
OWN_MODULES = tuple(f"mysite.settings.{name}" for name in ("base", "production", "dev", "host"))
DEFAULT_MODULE = "mysite.settings.production"


class LoadedModules:
    """Modules as they were when the parent loaded the code, whatever an upgrade has written to their files since.

    Settings of the new code would be read by ``environment`` of the old one.
    """

    def __init__(self, names: Iterable[str]):
        self.codes: dict[str, tuple[str, CodeType]] = {}
        for name in names:
            spec = find_spec(name)
            self.codes[name] = spec.origin, spec.loader.get_code(name)

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Return where Python finds a module: here, if it is one of ours."""
        return spec_from_file_location(name, self.codes[name][0], loader=self) if name in self.codes else None

    def create_module(self, spec: ModuleSpec) -> None:
        """Let Python make the module as usual."""

    def exec_module(self, module: ModuleType) -> None:
        exec(self.codes[module.__name__][1], module.__dict__)  # noqa: S102 - as Python does with its file


_became: list[str] = []
_loaded_settings = LoadedModules(OWN_MODULES)


def become_commune(name: str, path: Path) -> None:
    """Turn this process into one of the commune ``name``, whose settings are in the file ``path``.

    Raise ``ImproperlyConfigured`` if they are unusable. The process can only end then.
    """
    if _became:
        raise RuntimeError(f"This process is one of {_became[0]} already")
    _became.append(name)
    set_process_facts(commune=name)
    try:
        enter_environment(parse_variables(path.read_text(encoding="utf-8")), credentials_folder(path))
    except (OSError, ValueError) as error:
        raise ImproperlyConfigured(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    changed = load_settings(os.environ["DJANGO_SETTINGS_MODULE"])
    derive_again(changed)


def enter_environment(variables: Mapping[str, str], credentials: Path) -> None:
    """Replace the host's variables by the commune's."""
    settable = environment.asked | {f"{name}{environment.OF_FILE}" for name in environment.asked}
    for name in (settable - SHARED) | OF_THE_PARENT:
        os.environ.pop(name, None)
    os.environ["DJANGO_SETTINGS_MODULE"] = DEFAULT_MODULE
    os.environ.update(variables)
    if credentials.is_dir():
        os.environ["CREDENTIALS_DIRECTORY"] = str(credentials)


def load_settings(module: str) -> dict[str, object]:
    """Replace the settings by those of the environment. Return those that differ."""
    former = settings._wrapped
    for name in OWN_MODULES:
        sys.modules.pop(name, None)
    sys.meta_path.insert(0, _loaded_settings)
    settings._wrapped = found = Settings(module)
    names = {name for one in (former, found) for name in dir(one) if name.isupper()}
    return {
        name: getattr(found, name, None)
        for name in sorted(names)
        if getattr(former, name, None) != getattr(found, name, None)
    }


def derive_again(changed: Mapping[str, object]) -> None:
    """Derive from the settings what was derived while the code loaded."""
    for name, value in changed.items():
        setting_changed.send(sender=Settings, setting=name, value=value, enter=False)
    _use_databases()
    _use_storages()
    if "LANGUAGE_CODE" in changed:
        use_translations_of(settings.LANGUAGE_CODE)
    zone = LocalePreferencesForm.base_fields["current_time_zone"].widget.attrs
    zone["data-w-locale-server-time-zone-param"] = settings.TIME_ZONE
    use_addresses()
    wsgi.application = get_wsgi_application()
    start_monitoring()


def _use_storages() -> None:
    """Have each field of files use the storage of now, which it chose when its class was made."""
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if choose := getattr(field, "_storage_callable", None):
                field.storage = choose()


def _use_databases() -> None:
    """Have the connections made by the settings of now. There is none yet: the parent reaches no database."""
    connections._settings = None
    connections.__dict__.pop("settings", None)
    for alias in connections:
        with suppress(AttributeError):
            del connections[alias]
