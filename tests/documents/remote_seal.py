"""A remote signing service: the key that calls it, as ``docs/connectors.md`` shows, and a double of the service."""

import base64
import hashlib
import json
from contextlib import contextmanager
from urllib.parse import parse_qs

import requests
from asn1crypto import x509
from asn1crypto.algos import SignedDigestAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from pyhanko.sign.signers import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from eservices.documents.contrib.test import new_key
from eservices.documents.sealing import SealError
from tests.support import local_servers

TIMEOUT = (5, 20)
LONGEST = 80  # bytes of a signature by a P-256 key


class Key:
    """Key such as ``remote:/seal?at=https://sign.example``.

    The path names the key at the service; ``SEAL_PASSWORD`` is our token.
    """

    is_test = False

    def __init__(self, url, password: str):
        self.base, self.headers = (
            parse_qs(url.query)["at"][0] + url.path,
            {"Authorization": f"Bearer {password}"},
        )

    @contextmanager
    def signer(self):
        certificate = x509.Certificate.load(base64.b64decode(self.ask("GET", "/certificate")["certificate"]))
        yield RemoteSigner(certificate, self)

    def ask(self, method: str, path: str, **content) -> dict:
        try:
            answer = requests.request(
                method, self.base + path, headers=self.headers, timeout=TIMEOUT, **content
            )
            answer.raise_for_status()
            return answer.json()
        except (requests.RequestException, ValueError) as fault:
            raise SealError(f"The signing service: {fault}") from fault


class RemoteSigner(Signer):
    """Signer that sends the digest and gets the signature: the document never leaves the server."""

    def __init__(self, certificate: x509.Certificate, key: Key):
        super().__init__(
            signing_cert=certificate,
            cert_registry=SimpleCertificateStore.from_certs([certificate]),
            signature_mechanism=SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
        )
        self.key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if dry_run:
            return bytes(LONGEST)
        digest = base64.b64encode(hashlib.new(digest_algorithm, data).digest()).decode()
        told = self.key.ask("POST", "/sign", json={"digest": digest, "algorithm": digest_algorithm})
        return base64.b64decode(told["signature"])


# -- The double of the service -------------------------------------------------------------------------------
class Service(local_servers.Server):
    """Signs digests for callers with the token.

    ``fault``: the status to answer instead of signing.
    """

    def __init__(self):
        super().__init__(Handler)
        self.private, self.certificate, _more = pkcs12.load_key_and_certificates(
            new_key("Commune, afar"), None
        )
        self.asked, self.fault = [], 0

    @property
    def url(self) -> str:
        return f"remote:/seal?at={super().url}"

    def sign(self, digest: bytes) -> bytes:
        return self.private.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))


class Handler(local_servers.Handler):
    def do_GET(self):
        self.reply({"certificate": self.server.certificate.public_bytes(Encoding.DER)})

    def do_POST(self):
        told = json.loads(self.read())
        self.server.asked.append(told)
        if self.server.fault:
            self.reply({}, self.server.fault)
        else:
            self.reply({"signature": self.server.sign(base64.b64decode(told["digest"]))})

    def reply(self, content: dict, status: int = 200):
        if self.headers["Authorization"] != "Bearer t-token":
            content, status = {}, 403
        body = json.dumps({name: base64.b64encode(raw).decode() for name, raw in content.items()}).encode()
        self.say(status, body)


def signing_service():
    return local_servers.serving(Service())
