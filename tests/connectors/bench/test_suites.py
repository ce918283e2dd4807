"""The supplier's bench: good doubles keep every clause, broken ones break the clause of their fault and no other."""

from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from eservices.connectors.bench import business_suite, register_suite
from eservices.connectors.bench.call_trial import CallTrial
from eservices.connectors.bench.clauses import Verdict, try_suite
from eservices.connectors.bench.http_trial import HttpTrial
from eservices.connectors.bench.runs import SUITES
from eservices.connectors.contrib.folder import FolderStore
from eservices.connectors.contrib.http_credentials import HttpCredentials
from eservices.connectors.contrib.webdav import WebDavStore
from eservices.connectors.doubles.business_double import BusinessDouble
from eservices.connectors.doubles.json_server import DoubleServer, JsonHandler
from eservices.connectors.doubles.register_double import RegisterDouble
from eservices.payments.providers import payment_providers
from tests.connectors.webdav_server import webdav_server
from tests.payments import stripe_double
from tests.support.local_servers import serving

from .broken_providers import KEY, StripeWithKey
from .faults import FAULTS

TOKEN = "double"

SAMPLES = {
    "business": business_suite.SAMPLE | {"refused": {"name": "x" * 101}},
    "register": register_suite.SAMPLE,
}


@contextmanager
def http_trial(kind, double, handler=JsonHandler, within=6, **sample):
    with serving(DoubleServer(double, "127.0.0.1", 0, handler)) as server:
        yield HttpTrial(
            server.url,
            HttpCredentials(token=TOKEN),
            SAMPLES[kind] | sample,
            within=within,
            max_bytes=256_000,
            wait=5,
            internal=True,
        )


@contextmanager
def business_trial(double, handler=JsonHandler, **more):
    delay = 0.01 if more.get("answers") == "polling" else 0
    with http_trial("business", double(TOKEN, delay), handler, **more) as trial:
        yield trial


@contextmanager
def register_trial(double, handler=JsonHandler, **more):
    with http_trial("register", double(TOKEN), handler, **more) as trial:
        yield trial


@contextmanager
def payment_trial(double, provider="stripe_card", within=25):
    with serving(stripe_double.server(double())) as server:
        url, kind = f"http://127.0.0.1:{server.server_port}", payment_providers[provider]
        yield CallTrial(kind.at_address(url, KEY), kind.at_address(url, "sk_test_wrong"), within=within)


@contextmanager
def records_trial(double, folder):
    yield CallTrial(double(urlsplit(f"directory:{folder}")), None, within=60)


@contextmanager
def webdav_trial(folder, proxy=None):
    with webdav_server(folder, proxy=proxy) as url:
        stranger = WebDavStore(urlsplit(url.replace("schlüssel", "wrong")))
        yield CallTrial(WebDavStore(urlsplit(url)), stranger, within=60)


def results_by_verdict(kind, trial):
    found = {verdict: [] for verdict in Verdict}
    for result in try_suite(SUITES[kind], trial):
        found[result.verdict].append(result)
    return found


def verdicts(kind, trial):
    return {
        verdict: [one.clause.key for one in results]
        for verdict, results in results_by_verdict(kind, trial).items()
    }


def broken_trial(fault, folder):
    match fault.kind:
        case "business":
            return business_trial(fault.double, fault.handler, **fault.more)
        case "register":
            return register_trial(fault.double, fault.handler, **fault.more)
        case "payment":
            return payment_trial(fault.double, **fault.more)
        case "webdav":
            return webdav_trial(folder, fault.double)
    return records_trial(fault.double, folder)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_broken_double_breaks_the_clause_of_its_fault(fault, tmp_path):
    with broken_trial(fault, tmp_path) as trial:
        broken = results_by_verdict(fault.suite, trial)[Verdict.BROKEN]
    assert {one.clause.key for one in broken} == {fault.clause, *fault.follows}
    assert all(one.reason for one in broken)


def test_every_clause_has_a_double_that_breaks_it():
    keys = {clause.key for suite in SUITES.values() for clause in suite.clauses}
    assert keys == {fault.clause for fault in FAULTS}


def test_good_business_software_keeps_every_clause():
    with business_trial(BusinessDouble, answers="polling") as trial:
        found = verdicts("business", trial)
    assert (found[Verdict.BROKEN], found[Verdict.NOT_TRIED]) == ([], [])


def test_business_software_that_answers_at_once_keeps_the_others():
    with business_trial(BusinessDouble) as trial:
        found = verdicts("business", trial)
    assert (found[Verdict.BROKEN], found[Verdict.NOT_TRIED]) == ([], ["B12", "B13", "B14", "B15"])


def test_good_register_keeps_every_clause():
    with register_trial(RegisterDouble) as trial:
        found = verdicts("register", trial)
    assert (found[Verdict.BROKEN], found[Verdict.NOT_TRIED]) == ([], [])


def test_good_folder_keeps_every_clause_but_the_password(tmp_path):
    with records_trial(FolderStore, tmp_path) as trial:
        found = verdicts("records", trial)
    assert (found[Verdict.BROKEN], found[Verdict.NOT_TRIED]) == ([], ["D2"])


def test_good_webdav_server_keeps_every_clause(tmp_path):
    with webdav_trial(tmp_path) as trial:
        found = verdicts("records", trial)
    assert (found[Verdict.BROKEN], found[Verdict.NOT_TRIED]) == ([], [])


def test_good_payment_provider_keeps_every_clause():
    with payment_trial(StripeWithKey) as trial:
        found = verdicts("payment", trial)
    assert (found[Verdict.BROKEN], found[Verdict.NOT_TRIED]) == ([], [])


def test_clauses_have_keys_that_name_one():
    keys = [clause.key for suite in SUITES.values() for clause in suite.clauses]
    assert len(keys) == len(set(keys))
