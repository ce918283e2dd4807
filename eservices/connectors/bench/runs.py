"""Runs of the bench: the contract of a kind of system, tried at an address."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.utils import timezone, translation

from eservices.payments.providers import ProviderRefused, payment_providers
from eservices.register.contrib.json_api import client as register_client
from home.web.http_client import HttpError, connect

from ..business_system import SystemRefused, SystemUnreachable
from ..configuration import Configuration, InvalidConfiguration
from ..contrib import http_system
from ..contrib.http_credentials import HttpCredentials, read_credentials
from ..document_store import document_stores
from . import business_suite, payment_suite, records_suite, register_suite
from .call_trial import CallTrial
from .clauses import Result, Suite, Trial, try_suite
from .http_trial import HttpTrial
from .signed_report import Report

CONNECTING = 10  # seconds
PORTS = {"http": 80, "webdav": 80, "https": 443, "webdavs": 443}
PLAIN = {"http", "webdav"}  # without encryption
PAYMENT_WITHIN, RECORDS_WITHIN = (
    25,
    8 * 60,
)  # seconds for a call; of a payment provider the client tries twice
WRONG = "wrong-of-the-bench"  # a password and a key that open nothing

SUITES: dict[str, Suite] = {
    module.SUITE.kind: module.SUITE
    for module in (register_suite, business_suite, records_suite, payment_suite)
}


class CannotTry(Exception):
    """The bench cannot begin: the message says what to do."""


@dataclass(frozen=True)
class Target:
    """The system to try, as the operator describes it.

    ``internal``: whether it may be in an internal network and without encryption. ``credentials``: the same values as
    in the configuration of business software by REST. ``provider``: key of a payment provider.
    """

    kind: str
    url: str
    credentials: Mapping[str, Any] = field(default_factory=dict)
    sample: Mapping[str, Any] = field(default_factory=dict)
    provider: str = ""
    internal: bool = False
    wait: float = 60

    @property
    def place(self) -> SplitResult:
        return urlsplit(self.url)

    @property
    def shown_address(self) -> str:
        """The address without user and password."""
        try:
            place = self.place
        except ValueError:
            return "an address that cannot be read"
        return place._replace(netloc=place.netloc.rpartition("@")[2], query="", fragment="").geturl()


@translation.override("en")  # the page of the clauses and the report are in English
def run_bench(target: Target, version: str, tell: Callable[[Result], None] = lambda _result: None) -> Report:
    """Try all clauses at the address and return the report. Raise ``CannotTry``.

    ``version``: of this product. ``tell``: called with each result as soon as it is known.
    """
    check_address(target)
    trial, began = MAKERS[target.kind](target), timezone.now()
    results = list(_told(try_suite(SUITES[target.kind], trial), tell))
    return Report(SUITES[target.kind], target.shown_address, version, began, timezone.now(), results)


def _told(results: Iterator[Result], tell: Callable[[Result], None]) -> Iterator[Result]:
    for result in results:
        tell(result)
        yield result


def check_address(target: Target) -> None:
    """Connect to the address once. Raise ``CannotTry`` if it is internal or not reached."""
    try:
        place, port = target.place, target.place.port
        host = place.hostname or ""
    except ValueError as fault:
        raise CannotTry(f"This is no address: {fault}.") from fault
    if place.scheme not in PORTS and target.kind == "records":
        return  # a folder, or a store of another app, which has no host
    if place.scheme not in PORTS or not host:
        raise CannotTry(f"{target.shown_address} is no address that begins with https://.")
    if place.scheme in PLAIN and not target.internal:
        raise CannotTry("The address is not encrypted. Only --internal allows that.")
    exempt = {host} if target.internal else ()
    try:
        connect(host, port or PORTS[place.scheme], CONNECTING, exempt).close()
    except HttpError as fault:
        raise CannotTry(f"{fault}. If it is in your network, add --internal.") from fault
    except OSError as fault:
        raise CannotTry(f"{host} cannot be reached: {fault}.") from fault


# -- Trials ------------------------------------------------------------------------------------------------------
def _register_trial(target: Target) -> HttpTrial:
    return _http_trial(
        target,
        register_suite.SAMPLE,
        within=register_client.TOTAL_TIMEOUT,
        max_bytes=register_client.MAX_BYTES,
    )


def _business_trial(target: Target) -> HttpTrial:
    return _http_trial(
        target, business_suite.SAMPLE, within=http_system.DEADLINE, max_bytes=http_system.MAX_BYTES
    )


def _http_trial(target: Target, sample: Mapping[str, Any], *, within: float, max_bytes: int) -> HttpTrial:
    known = dict(sample) | dict(target.sample)
    if fault := SAMPLE_FAULTS[target.kind](known):
        raise CannotTry(f"The sample cannot be used: {fault}.")
    trial = HttpTrial(
        target.url,
        _credentials(target),
        known,
        within=within,
        max_bytes=max_bytes,
        wait=target.wait,
        internal=target.internal,
    )
    try:
        trial.prepare()
    except (SystemRefused, SystemUnreachable) as fault:
        raise CannotTry(f"Credentials: {fault}") from fault
    return trial


def _credentials(target: Target) -> HttpCredentials:
    configuration = Configuration(target.credentials)
    try:
        found = read_credentials(configuration)
        configuration.check()
    except InvalidConfiguration as fault:
        raise CannotTry(f"Credentials: {fault}") from fault
    if found.token_url and not (target.internal or urlsplit(found.token_url).scheme == "https"):
        raise CannotTry("The address for tokens is not encrypted. Only --internal allows that.")
    return found


def _records_trial(target: Target) -> Trial:
    store = document_stores.get(target.place.scheme)
    if store is None:
        raise CannotTry(f"No app has a document store “{target.place.scheme}”.")
    stranger = None
    if target.place.password:
        netloc = f"{target.place.username}:{WRONG}@{target.place.netloc.rpartition('@')[2]}"
        stranger = store(target.place._replace(netloc=netloc))
    return CallTrial(store(target.place), stranger, within=RECORDS_WITHIN)


def _payment_trial(target: Target) -> Trial:
    provider = payment_providers.get(target.provider)
    if provider is None:
        raise CannotTry(
            f"--provider: write one of {', '.join(key for key, _one in payment_providers.items())}."
        )
    try:
        found = provider.at_address(target.url, str(target.credentials.get("token", "")))
        stranger = provider.at_address(target.url, WRONG)
    except ProviderRefused as fault:
        raise CannotTry(str(fault)) from fault
    return CallTrial(found, stranger, within=PAYMENT_WITHIN)


SAMPLE_FAULTS: dict[str, Callable[[dict[str, Any]], str]] = {
    "register": register_suite.sample_fault,
    "business": business_suite.sample_fault,
}
MAKERS: dict[str, Callable[[Target], Trial]] = {
    "register": _register_trial,
    "business": _business_trial,
    "records": _records_trial,
    "payment": _payment_trial,
}


def read_object(path: str) -> dict[str, Any]:
    """Return the JSON object of a file. Raise ``CannotTry``."""
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as fault:
        raise CannotTry(f"{path}: {fault}.") from fault
    if not isinstance(data, dict):
        raise CannotTry(f"{path} is no JSON object.")
    return data
