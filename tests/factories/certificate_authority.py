"""Certification authority over HTTP: certificates, revocation lists, OCSP and time-stamps."""

from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path

from asn1crypto import keys, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID
from django.utils import timezone
from pyhanko.sign.timestamps import DummyTimeStamper

from eservices.documents.contrib.test import key_usage
from tests.support import local_servers

VALID = timedelta(days=365)  # long enough for code that checks against the real clock


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    """Return an RSA key, generated once because that takes as long as a test."""
    return rsa.generate_private_key(65537, 2048)


def der(key) -> bytes:
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


class Authority:
    """A certification authority. Its certificates contain the addresses of its server."""

    def __init__(self, url: str = ""):
        self.url, self.revoked, self.asked, self.issued = url, set(), [], {}
        self.key = ec.generate_private_key(ec.SECP256R1())
        usage = key_usage("key_cert_sign", "crl_sign")
        constraint = x509.BasicConstraints(ca=True, path_length=0)
        extensions = ((constraint, True), (usage, True))
        self.certificate = self._signed("Authority of the tests", self.key.public_key(), extensions)

    def issue(self, name: str, key, *, purpose=None, extensions=(), proved_by: str = "") -> x509.Certificate:
        """Issue a certificate; ``proved_by``: ``crl`` or ``ocsp``, the method to check its revocation."""
        wanted = [(key_usage("digital_signature", "content_commitment"), True), *extensions]
        if purpose:
            wanted.append((x509.ExtendedKeyUsage([purpose]), True))
        if proved_by == "crl":
            place = x509.DistributionPoint([_uri(f"{self.url}/crl")], None, None, None)
            wanted.append((x509.CRLDistributionPoints([place]), False))
        if proved_by == "ocsp":
            how = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, _uri(f"{self.url}/ocsp"))
            wanted.append((x509.AuthorityInformationAccess([how]), False))
        made = self._signed(name, key.public_key(), wanted)
        self.issued[made.serial_number] = made
        return made

    def pem(self, path: Path, *certificates: x509.Certificate, key=None) -> str:
        """Write certificates and a key to a file, by default the authority's own certificate. Return the path."""
        wanted = certificates or (() if key else (self.certificate,))
        pieces = [one.public_bytes(Encoding.PEM) for one in wanted]
        if key:
            pieces.append(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        path.write_bytes(b"".join(pieces))
        return str(path)

    def pkcs12(self, path: Path, certificate: x509.Certificate, key) -> str:
        path.write_bytes(
            pkcs12.serialize_key_and_certificates(
                b"seal", key, certificate, [self.certificate], NoEncryption()
            )
        )
        return str(path)

    # -- responses ---------------------------------------------------------------------------------------------
    def crl(self) -> bytes:
        now = timezone.now()
        made = x509.CertificateRevocationListBuilder().issuer_name(self.certificate.subject)
        made = made.last_update(now - VALID).next_update(now + VALID)
        for number in self.revoked:
            row = x509.RevokedCertificateBuilder().serial_number(number)
            made = made.add_revoked_certificate(row.revocation_date(now - VALID / 2).build())
        made = made.add_extension(x509.CRLNumber(1), critical=False)
        return made.sign(self.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def ocsp(self, body: bytes) -> bytes:
        asked, now = ocsp.load_der_ocsp_request(body), timezone.now()
        revoked = asked.serial_number in self.revoked
        made = ocsp.OCSPResponseBuilder().add_response(
            cert=self.issued[asked.serial_number],
            issuer=self.certificate,
            algorithm=asked.hash_algorithm,
            cert_status=ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD,
            this_update=now - timedelta(minutes=1),
            next_update=now + VALID,
            revocation_time=now - VALID / 2 if revoked else None,
            revocation_reason=None,
        )
        made = made.responder_id(ocsp.OCSPResponderEncoding.NAME, self.certificate)
        for extension in asked.extensions:
            made = made.add_extension(extension.value, extension.critical)
        return made.sign(self.key, hashes.SHA256()).public_bytes(Encoding.DER)

    @property
    def clock(self) -> DummyTimeStamper:
        """The signer of time-stamps, whose certificate is checked by OCSP."""
        if not hasattr(self, "_clock"):
            made = self.issue("Clock", rsa_key(), purpose=ExtendedKeyUsageOID.TIME_STAMPING, proved_by="ocsp")
            self._clock = DummyTimeStamper(
                asn1.Certificate.load(made.public_bytes(Encoding.DER)),
                keys.PrivateKeyInfo.load(der(rsa_key())),
            )
        return self._clock

    def tsa(self, body: bytes) -> bytes:
        return self.clock.request_tsa_response(tsp.TimeStampReq.load(body)).dump()

    def _signed(self, name: str, public_key, extensions) -> x509.Certificate:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        own = getattr(self, "certificate", None)
        made = x509.CertificateBuilder().subject_name(subject).issuer_name(own.subject if own else subject)
        made = made.public_key(public_key).serial_number(x509.random_serial_number())
        made = made.not_valid_before(timezone.now() - VALID).not_valid_after(timezone.now() + VALID)
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        identifier = x509.SubjectKeyIdentifier.from_public_key(public_key)
        for extension, critical in (*extensions, (authority, False), (identifier, False)):
            made = made.add_extension(extension, critical=critical)
        return made.sign(self.key, hashes.SHA256())


def for_this_machine():
    """Return the extension that makes a certificate valid for a server on the loopback interface."""
    return x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False


def _uri(address: str) -> x509.UniformResourceIdentifier:
    return x509.UniformResourceIdentifier(address)


class Handler(local_servers.Handler):
    def do_GET(self):
        self._say("application/pkix-crl", self.server.authority.crl())

    def do_POST(self):
        body, authority = self.read(), self.server.authority
        if self.path == "/ocsp":
            return self._say("application/ocsp-response", authority.ocsp(body))
        return self._say("application/timestamp-reply", authority.tsa(body))

    def _say(self, kind: str, body: bytes):
        self.server.authority.asked.append(self.path)
        self.say(200, body, kind)


@contextmanager
def serving_authority():
    """Run an authority on a port of its own: ``/crl``, ``/ocsp`` and ``/tsa``."""
    server = local_servers.Server(Handler)
    server.authority = Authority(server.url)
    with local_servers.serving(server):
        yield server.authority
