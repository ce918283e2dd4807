"""The bench with other credentials than a token: client certificates, and OAuth 2."""

import json
import ssl
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.core.management import CommandError, call_command

from eservices.connectors.doubles.business_double import BusinessDouble
from eservices.connectors.doubles.json_server import DoubleServer, JsonHandler
from tests.factories.certificate_authority import Authority, for_this_machine
from tests.factories.register import serving as serving_register
from tests.support.local_servers import serving

TOKEN = "token-of-the-token-server"


class TokenHandler(JsonHandler):
    """The double of business software, which gives tokens to those who have the secret."""

    def do_POST(self):
        if self.path != "/token":
            return super().do_POST()
        known = b"client_secret=secret-of-ours" in self.rfile.read(int(self.headers["Content-Length"]))
        token = {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 600}
        return self.answer(200, token) if known else self.answer(401, {"error": "invalid_client"})


@pytest.fixture
def server():
    with serving(DoubleServer(BusinessDouble(TOKEN), "127.0.0.1", 0, TokenHandler)) as found:
        yield found


def try_with(credentials, kind, url, folder: Path):
    (folder / "credentials.json").write_text(json.dumps(credentials))
    call_command(
        "try_connector",
        kind,
        url,
        internal=True,
        credentials=str(folder / "credentials.json"),
        report=str(folder / "report"),
    )
    return (folder / "report.json").read_text()


def oauth(server, secret):
    return {"token_url": f"{server.url}/token", "client_id": "commune", "client_secret": secret}


def test_oauth_token_is_fetched_and_not_in_the_report(server, tmp_path):
    text = try_with(oauth(server, "secret-of-ours"), "business", server.url, tmp_path)
    assert json.loads(text)["passed"] is True
    assert TOKEN not in text
    assert "secret-of-ours" not in text


@pytest.mark.parametrize(
    "credentials",
    [{"client_secret": "wrong"}, {"token_url": "http://127.0.0.1:9/"}, {"certificate": "no PEM"}],
    ids=["secret", "down", "certificate"],
)
def test_credentials_that_give_no_access_end_with_exit_code_2(credentials, server, tmp_path):
    with pytest.raises(CommandError, match="Credentials: ") as ended:
        try_with(oauth(server, "secret-of-ours") | credentials, "business", server.url, tmp_path)
    assert ended.value.returncode == 2


def test_client_certificate_keeps_strangers_out(tmp_path):
    authority, keys = Authority(), [ec.generate_private_key(ec.SECP256R1()) for _one in range(2)]
    theirs = authority.issue(
        "127.0.0.1", keys[0], purpose=ExtendedKeyUsageOID.SERVER_AUTH, extensions=[for_this_machine()]
    )
    ours = authority.issue("Orvenay", keys[1], purpose=ExtendedKeyUsageOID.CLIENT_AUTH)
    root = authority.pem(tmp_path / "root.pem")
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=root)
    tls.load_cert_chain(authority.pem(tmp_path / "server.pem", theirs, key=keys[0]))
    tls.verify_mode = ssl.CERT_REQUIRED
    credentials = {
        "certificate": Path(authority.pem(tmp_path / "ours.pem", ours)).read_text(),
        "certificate_key": Path(authority.pem(tmp_path / "ours.key", key=keys[1])).read_text(),
        "authority": Path(root).read_text(),
    }
    with serving_register(tls) as server:
        server.token = None
        text = try_with(credentials, "register", server.url, tmp_path)
    assert {one["verdict"] for one in json.loads(text)["results"]} == {"kept"}
