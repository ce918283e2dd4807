"""Registrations at extension points: sources of the seal key.

A file ``integrations.py`` of any app adds connections to other systems: see ``home.extensions.integrations``.
The library of each source is imported when it is used: that of tokens may be missing.
"""

from collections.abc import Callable
from importlib import import_module
from urllib.parse import SplitResult

from .sealing import SealKey, seal_keys


def _key_in(package: str) -> Callable[[SplitResult, str], SealKey]:
    def make(url: SplitResult, password: str) -> SealKey:
        return import_module(f"{__package__}.contrib.{package}").Key(url, password)

    return make


for scheme in ("pkcs11", "pkcs12", "test"):
    seal_keys.register(scheme)(_key_in(scheme))
