"""Errors of the population register over HTTP: each raises ``RegisterUnavailable`` with a reason and in time."""

import ssl
import time
from datetime import timedelta

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.utils import timezone

from eservices.deliveries import circuit_breaker
from eservices.deliveries.models import Delivery
from eservices.register.contrib.json_api import JsonApiRegister, client
from eservices.register.persons import DeclaredPerson
from eservices.register.population_register import RegisterUnavailable
from tests.factories.accounts import SuperuserFactory
from tests.factories.certificate_authority import Authority, for_this_machine
from tests.factories.register import TOKEN, serving

pytestmark = pytest.mark.django_db
SAID = DeclaredPerson("Elodie", "Marchetti")


@pytest.fixture
def server():
    with serving() as found:
        yield found


@pytest.fixture
def asked(settings, server):
    settings.REGISTER_HTTP = settings.REGISTER_HTTP | {"URL": server.url, "TOKEN": TOKEN}
    return JsonApiRegister()


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (500, b"<h1>Oops</h1>", "answered 500"),
        (503, b"", "answered 503"),
        (302, b"", "answered 302"),
        (404, b"", "answered 404"),
        (200, b"{", "no JSON"),
        (200, b"\xff\xfe", "no JSON"),
        (200, b"[" * 100_000, "no JSON"),
        (200, b"null", "makes no sense"),
        (200, b'{"persons": null}', "makes no sense"),
        (200, b'{"persons": [{"key": "1"}]}', "makes no sense"),
        (200, b'{"persons": [' + b" " * 1_000_000 + b"]}", "too long"),
    ],
)
def test_unusable_response_counts_as_unavailable(asked, server, status, body, said):
    server.reply = (status, body)
    with pytest.raises(RegisterUnavailable, match=said):
        asked.find(SAID)
    assert not asked.health().is_well


def test_response_with_another_person_is_refused(asked, server):
    server.reply = (200, b'{"key": "ORV-2", "family_name": "Marchetti", "birth_date": "2019-09-02"}')
    with pytest.raises(RegisterUnavailable, match="another person"):
        asked.person("ORV-1")


def test_wrong_token_has_its_own_message(settings, server):
    settings.REGISTER_HTTP = settings.REGISTER_HTTP | {"URL": server.url, "TOKEN": "another"}
    with pytest.raises(RegisterUnavailable, match="answered 401"):
        JsonApiRegister().find(SAID)


def test_personal_data_is_never_in_a_url(asked, server):
    asked.find(SAID)
    [(method, path, body)] = server.asked
    assert (method, path) == ("POST", "/v1/persons/search")
    assert b"Marchetti" in body


@pytest.mark.parametrize(
    "fault",
    [{"slow": 1.0}, {"drip": 0.02}, {"drip_head": 0.02}],
    ids=["silent", "without end", "never begins"],
)
def test_slow_register_times_out(asked, server, monkeypatch, fault):
    monkeypatch.setattr(client, "IDLE_TIMEOUT", 0.1)
    monkeypatch.setattr(client, "TOTAL_TIMEOUT", 0.3)
    for name, value in fault.items():
        setattr(server, name, value)
    begun = time.monotonic()
    with pytest.raises(RegisterUnavailable, match="in time"):
        asked.find(SAID)
    assert time.monotonic() - begun < 0.8


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/v1", "https://127.0.0.1:9/v1", "https://name.invalid/v1"]
)
def test_register_that_is_down_counts_as_unavailable(settings, url):
    settings.REGISTER_HTTP = settings.REGISTER_HTTP | {"URL": url}
    with pytest.raises(RegisterUnavailable, match="cannot be reached"):
        JsonApiRegister().find(SAID)


def test_tls_errors_count_as_unavailable(settings, server):
    settings.REGISTER_HTTP = settings.REGISTER_HTTP | {"URL": server.url.replace("http:", "https:")}
    with pytest.raises(RegisterUnavailable, match="cannot be reached"):
        JsonApiRegister().find(SAID)
    settings.REGISTER_HTTP = settings.REGISTER_HTTP | {"CERTIFICATE": "/nowhere.pem"}
    with pytest.raises(RegisterUnavailable, match="certificate cannot be used"):
        JsonApiRegister().find(SAID)


@pytest.fixture
def mutual(settings, tmp_path):
    """Yield a register over TLS that requires client certificates, and the authority that both systems trust."""
    authority, key = Authority(), ec.generate_private_key(ec.SECP256R1())
    own = authority.issue(
        "127.0.0.1", key, purpose=ExtendedKeyUsageOID.SERVER_AUTH, extensions=[for_this_machine()]
    )
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=authority.pem(tmp_path / "root.pem"))
    tls.load_cert_chain(authority.pem(tmp_path / "server.pem", own, key=key))
    tls.verify_mode = ssl.CERT_REQUIRED
    with serving(tls) as server:
        server.token = None
        settings.REGISTER_HTTP = {"URL": server.url, "AUTHORITY": str(tmp_path / "root.pem")}
        yield server, authority


def shown(settings, folder, authority: Authority) -> None:
    """Let the commune use a certificate of ``authority``."""
    key = ec.generate_private_key(ec.SECP256R1())
    own = authority.issue("Orvenay", key, purpose=ExtendedKeyUsageOID.CLIENT_AUTH)
    settings.REGISTER_HTTP |= {
        "CERTIFICATE": authority.pem(folder / "client.pem", own),
        "KEY": authority.pem(folder / "client.key", key=key),
    }


def test_client_certificate_gives_access_without_a_token(settings, tmp_path, mutual):
    server, authority = mutual
    shown(settings, tmp_path, authority)
    assert [one.given_names for one in JsonApiRegister().find(SAID)] == ["Élodie Anne"]
    assert JsonApiRegister().person("ORV-1").family_name == "Marchetti"
    assert len(server.asked) == 2


def test_missing_or_foreign_client_certificate_is_refused(settings, tmp_path, mutual):
    server, _authority = mutual
    with pytest.raises(RegisterUnavailable, match="cannot be reached"):
        JsonApiRegister().find(SAID)
    shown(settings, tmp_path, Authority())
    with pytest.raises(RegisterUnavailable, match="cannot be reached"):
        JsonApiRegister().find(SAID)
    assert server.asked == []


def test_server_with_a_foreign_certificate_gets_no_data(settings, tmp_path, mutual):
    server, authority = mutual
    shown(settings, tmp_path, authority)
    settings.REGISTER_HTTP |= {"AUTHORITY": Authority().pem(tmp_path / "other.pem")}
    with pytest.raises(RegisterUnavailable, match="cannot be reached"):
        JsonApiRegister().find(SAID)
    assert server.asked == []


def test_circuit_opens_after_failures_and_probes_once(asked, server):
    SuperuserFactory()
    server.reply = (500, b"")
    for _attempt in range(circuit_breaker.FAILURES + 3):
        with pytest.raises(RegisterUnavailable):
            asked.find(SAID)
    assert len(server.asked) == circuit_breaker.FAILURES
    assert asked.health().fault == "It answered 500."
    assert asked.health().rests_until > timezone.now()
    assert Delivery.objects.get(carrier="email").subject == "alert:register"
    with time_machine.travel(
        timezone.now() + circuit_breaker.OPEN_DURATION + timedelta(seconds=1), tick=False
    ):
        for _attempt in range(2):
            with pytest.raises(RegisterUnavailable):
                asked.find(SAID)
        assert len(server.asked) == circuit_breaker.FAILURES + 1
    server.reply = None
    with time_machine.travel(timezone.now() + 3 * circuit_breaker.OPEN_DURATION, tick=False):
        assert asked.find(SAID)
        assert asked.health().is_well
        assert asked.health().rests_until is None
