"""Test key for sites without a seal key. It is generated on the server, and seals with it are marked as tests."""

import os
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from tempfile import NamedTemporaryFile

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12
from django.conf import settings
from django.utils import timezone
from pyhanko.sign.signers import SimpleSigner

VALID = timedelta(days=10 * 365)
USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


class Key:
    """A generated key in ``COMMUNE_VAR/seal/test.p12``."""

    is_test = True

    def __init__(self, url=None, password: str = ""):
        self.path = Path(settings.VAR_DIR) / "seal" / "test.p12"

    @contextmanager
    def signer(self):
        yield self._signer

    @cached_property
    def _signer(self) -> SimpleSigner:
        if not self.path.exists():
            self._make()
        return SimpleSigner.load_pkcs12_data(self.path.read_bytes(), [], None)

    def _make(self) -> None:
        """Generate the key file. If two processes do so at the same time, the first file is used."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=self.path.parent) as made:  # readable by its owner only
            made.write(new_key(f"TEST SEAL, {settings.WAGTAIL_SITE_NAME}"))
            made.flush()
            with suppress(FileExistsError):
                os.link(made.name, self.path)


def key_usage(*allowed: str) -> x509.KeyUsage:
    """Return the extension that allows these uses of a key and no others (RFC 5280, 4.2.1.3)."""
    return x509.KeyUsage(**{name: name in allowed for name in USAGES})


def new_key(name: str) -> bytes:
    """Generate a P-256 key with a self-signed certificate, as PKCS#12 without a passphrase."""
    key, today = ec.generate_private_key(ec.SECP256R1()), timezone.now()
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name[:64])])
    usage = key_usage("digital_signature", "content_commitment")
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + VALID)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(b"seal", key, certificate, None, NoEncryption())
