"""Seals of documents, checked by pyHanko's validation."""

import base64
import io
import subprocess
from contextlib import nullcontext
from datetime import timedelta
from types import SimpleNamespace

import pkcs11
import pytest
from asn1crypto import keys, pem, x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from pkcs11 import Attribute
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator import ValidationContext

from eservices.documents import checks, rendering, sealing
from eservices.documents.actions import issuing
from eservices.documents.contrib.test import new_key
from eservices.documents.models import Document
from mysite.settings import environment
from tests.documents import remote_seal
from tests.factories.certificate_authority import Authority, rsa_key, serving_authority
from tests.factories.documents import drawn, issued
from tests.support.programs import needs

pytestmark = pytest.mark.django_db


@pytest.fixture
def own_key(settings, tmp_path):
    """Set a seal key of the commune, as PKCS#12."""
    path = tmp_path / "seal.p12"
    path.write_bytes(new_key("Commune d’Orvenay"))
    settings.SEAL_URL = f"pkcs12:{path}"
    return path


def root_of(document: Document) -> x509.Certificate:
    return x509.Certificate.load(pem.unarmor(document.seal.certificate.encode())[2])


def status_of(document: Document, *roots):
    [seal] = PdfFileReader(io.BytesIO(document.content.read())).embedded_signatures
    context = ValidationContext(trust_roots=[root_of(document), *roots])
    return validate_pdf_signature(seal, context, ts_validation_context=context)


# -- Seals ---------------------------------------------------------------------------------------------------
def test_seal_covers_the_whole_document():
    document = issued()
    status = status_of(document)
    assert status.bottom_line
    assert status.coverage.name == "ENTIRE_FILE"
    assert document.seal_level == "B-B"


def test_seal_preserves_pdf_a_and_pdf_ua():
    content = issued().content.read()
    assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in content
    assert b"<pdfuaid:part>1</pdfuaid:part>" in content
    [field] = PdfFileReader(io.BytesIO(content)).root["/AcroForm"]["/Fields"]
    field = field.get_object()
    assert field["/F"] & 0b110 == 0b100  # visible and printed, as PDF/A requires
    assert max(field["/Rect"]) < 0  # outside the page, where PDF/UA requires no tag
    assert field["/Rect"][0] == field["/Rect"][2]


def test_another_reader_validates_the_seal(tmp_path):
    needs("pdfsig")
    path = tmp_path / "document.pdf"
    path.write_bytes(issued().content.read())
    said = subprocess.run(["pdfsig", path], capture_output=True, text=True, check=True).stdout
    assert "Signature is Valid." in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said


def test_seal_without_a_key_is_marked_as_a_test():
    document = issued()
    assert document.seal.is_test
    assert "TEST" in root_of(document).subject.human_friendly
    assert rendering.render_document(document, test_seal=True) != rendering.render_document(document)


def test_seal_with_the_own_key_is_not_a_test(own_key):
    document = issued()
    assert not document.seal.is_test
    assert status_of(document).bottom_line
    assert "Commune d’Orvenay" in root_of(document).subject.human_friendly


@pytest.fixture
def authority():
    """Run the authority that certifies the commune's key and time-stamps, over HTTP."""
    with serving_authority() as found:
        yield found


@pytest.fixture
def certified(settings, authority, tmp_path):
    """Set a key certified by the authority, with a revocation list."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = authority.issue("Commune d’Orvenay", key, proved_by="crl")
    settings.SEAL_URL = f"pkcs12:{authority.pkcs12(tmp_path / 'seal.p12', certificate, key)}"
    settings.SEAL_TSA_URL = f"{authority.url}/tsa"
    return certificate


def root_certificate(authority) -> x509.Certificate:
    return x509.Certificate.load(authority.certificate.public_bytes(Encoding.DER))


def test_seal_has_a_time_stamp_if_an_authority_is_set(authority, certified):
    document = issued()
    status = status_of(document, root_certificate(authority))
    assert document.seal_level == "B-T"
    assert status.bottom_line
    assert status.timestamp_validity.valid
    assert status.timestamp_validity.signing_cert.subject.native["common_name"] == "Clock"
    assert authority.asked == ["/tsa"]


def test_seal_contains_its_proofs_if_roots_are_set(settings, authority, certified, tmp_path):
    settings.SEAL_ROOTS = authority.pem(tmp_path / "roots.pem")
    document = issued()
    assert document.seal_level == "B-LT"
    assert {"/tsa", "/crl", "/ocsp"} <= set(authority.asked)
    reader = PdfFileReader(io.BytesIO(document.content.read()))
    kept = reader.root["/DSS"]
    assert len(kept["/Certs"]) == 3  # the commune's, the clock's, the root
    assert (len(kept["/CRLs"]), len(kept["/OCSPs"])) == (1, 1)

    authority.asked.clear()  # years later no server answers: the file proves itself
    [seal] = reader.embedded_signatures
    proofs = DocumentSecurityStore.read_dss(reader).as_validation_context(
        {
            "trust_roots": [root_certificate(authority)],
            "allow_fetching": False,
            "revocation_mode": "hard-fail",
        }
    )
    status = validate_pdf_signature(seal, proofs, ts_validation_context=proofs)
    assert status.bottom_line
    assert authority.asked == []


@pytest.mark.parametrize("whose", ["the commune", "the clock"])
def test_revoked_certificate_prevents_sealing(settings, authority, certified, tmp_path, whose):
    settings.SEAL_ROOTS = authority.pem(tmp_path / "roots.pem")
    clock = authority.clock.tsa_cert.serial_number
    authority.revoked.add(certified.serial_number if whose == "the commune" else clock)
    document = drawn()
    issuing.issue_document(document.pk)
    document.refresh_from_db()
    assert document.state == Document.State.DRAWN
    assert document.fault


@pytest.fixture(scope="module")
def token(tmp_path_factory):
    """Return a token and the address of its keys without their label.

    Its module is loaded once per process.
    """
    needs("softhsm2-util")
    module, place = "/usr/lib/softhsm/libsofthsm2.so", tmp_path_factory.mktemp("tokens")
    conf = place / "softhsm.conf"
    conf.write_text(f"directories.tokendir = {place}\n")
    pins = ["--so-pin", "1234", "--pin", "1234"]
    run = ["softhsm2-util", "--init-token", "--free", "--label", "commune", *pins]
    with pytest.MonkeyPatch.context() as changed:
        changed.setenv("SOFTHSM2_CONF", str(conf))
        subprocess.run(run, check=True, capture_output=True)
        yield pkcs11.lib(module).get_token(token_label="commune"), f"pkcs11:{module}?token=commune&label="


def put(token, label: str, certificate, **private) -> None:
    """Store a private key with its certificate."""
    about = {Attribute.LABEL: label, Attribute.TOKEN: True}
    key = {Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY, Attribute.SIGN: True}
    proof = {
        Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
        Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
        Attribute.SUBJECT: certificate.subject.public_bytes(),
        Attribute.VALUE: certificate.public_bytes(Encoding.DER),
    }
    with token.open(user_pin="1234", rw=True) as session:
        session.create_object(about | key | {Attribute[name]: value for name, value in private.items()})
        session.create_object(about | proof)


def test_token_that_computes_digests_needs_no_option(settings, token):
    empty, url = token
    authority, key = Authority(), rsa_key()
    numbers = key.private_numbers()
    parts = {
        "MODULUS": numbers.public_numbers.n,
        "PUBLIC_EXPONENT": numbers.public_numbers.e,
        "PRIVATE_EXPONENT": numbers.d,
        "PRIME_1": numbers.p,
        "PRIME_2": numbers.q,
        "EXPONENT_1": numbers.dmp1,
        "EXPONENT_2": numbers.dmq1,
        "COEFFICIENT": numbers.iqmp,
    }
    parts = {name: value.to_bytes((value.bit_length() + 7) // 8) for name, value in parts.items()}
    put(empty, "whole", authority.issue("Commune d’Orvenay", key), KEY_TYPE=pkcs11.KeyType.RSA, **parts)
    settings.SEAL_URL, settings.SEAL_PASSWORD = f"{url}whole", "1234"
    document = issued()
    assert status_of(document, root_certificate(authority)).bottom_line
    assert not document.seal.is_test


def test_token_that_signs_digests_needs_the_raw_option(settings, token):
    empty, url = token
    key, certificate, _ = pkcs12.load_key_and_certificates(new_key("Commune d’Orvenay"), None)
    curve = keys.ECDomainParameters(name="named", value="secp256r1").dump()
    value = key.private_numbers().private_value.to_bytes(32)
    put(empty, "raw", certificate, KEY_TYPE=pkcs11.KeyType.EC, EC_PARAMS=curve, VALUE=value)
    settings.SEAL_PASSWORD = "1234"
    settings.SEAL_URL = f"{url}raw"  # the key has no mechanism that computes the digest
    assert not issue(drawn()).seal
    settings.SEAL_URL = f"{url}raw&raw=1"
    document = issued()
    assert status_of(document).bottom_line
    assert not document.seal.is_test


def test_token_with_a_wrong_pin_or_missing_token_seals_nothing(settings, token):
    settings.SEAL_URL, settings.SEAL_PASSWORD = f"{token[1]}raw", "4321"
    assert "token does not answer" in issue(drawn()).fault
    settings.SEAL_URL = settings.SEAL_URL.replace("commune", "another")
    assert issue(drawn()).fault


# -- A separate scheme ---------------------------------------------------------------------------------------
@pytest.fixture
def service(settings, monkeypatch):
    """Run a remote signing service, whose scheme an app registers."""
    monkeypatch.setitem(sealing.seal_keys._offers, "remote", remote_seal.Key)
    with remote_seal.signing_service() as server:
        settings.SEAL_URL, settings.SEAL_PASSWORD = server.url, "t-token"
        yield server


def test_remote_signing_service_gets_digests_only(service):
    document = issued()
    assert status_of(document).bottom_line
    assert (document.seal_level, document.seal.is_test) == ("B-B", False)
    assert "Commune, afar" in root_of(document).subject.human_friendly
    [asked] = service.asked
    assert asked.keys() == {"digest", "algorithm"}
    assert len(base64.b64decode(asked["digest"])) == 32


@pytest.mark.parametrize("status", [403, 503])
def test_unavailable_signing_service_postpones_the_document(service, status):
    service.fault = status
    document = issue(drawn())
    assert document.state == Document.State.DRAWN
    assert str(status) in document.fault
    service.fault = 0
    assert issue(document).seal


def test_refused_token_is_reported(service, settings):
    settings.SEAL_PASSWORD = "stolen"
    assert "403" in issue(drawn()).fault


def issue(document: Document) -> Document:
    """Run the worker on the document now and return it, whether or not it was sealed."""
    Document.objects.filter(pk=document.pk).update(due_at=timezone.now())
    issuing.issue_document(document.pk)
    return Document.objects.get(pk=document.pk)


# -- Failures ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("url", "password"), [("pkcs12:/nowhere/seal.p12", ""), ("pkcs12:/etc/hostname", ""), ("magic:/key", "")]
)
def test_document_is_not_issued_without_its_key(settings, url, password):
    settings.SEAL_URL, settings.SEAL_PASSWORD = url, password
    document = drawn()
    issuing.issue_document(document.pk)
    document.refresh_from_db()
    assert document.state == Document.State.DRAWN
    assert document.fault


def test_wrong_passphrase_is_reported(settings, own_key):
    settings.SEAL_PASSWORD = "wrong"
    [warning] = checks.check_seal_key(None)
    assert "SEAL_PASSWORD" in warning.msg


@pytest.mark.parametrize("path", ["/nowhere/roots.pem", "/etc/hostname"])
def test_unreadable_roots_are_reported_before_sealing(settings, own_key, path):
    settings.SEAL_ROOTS = path
    [warning] = checks.check_seal_key(None)
    assert "SEAL_ROOTS" in warning.msg


def test_unavailable_time_stamp_authority_postpones_the_document(settings):
    settings.SEAL_TSA_URL = "http://127.0.0.1:9/"
    document = drawn()
    issuing.issue_document(document.pk)
    document.refresh_from_db()
    assert document.state == Document.State.DRAWN
    assert "SealError" in document.fault


def test_system_check_warns_of_a_test_seal_or_a_missing_key(settings, own_key):
    assert checks.check_seal_key(None) == []
    settings.SEAL_URL = ""
    assert [one.id for one in checks.check_seal_key(None)] == ["documents.W001"]
    settings.SEAL_URL = "pkcs12:/nowhere/seal.p12"
    assert [one.id for one in checks.check_seal_key(None)] == ["documents.W002"]


@pytest.mark.parametrize("value", ["/srv/seal.p12", "pkcs12", "pkcs12:seal.p12", "pkcs12://seal.p12"])
def test_invalid_seal_address_stops_the_start(monkeypatch, value):
    monkeypatch.setenv("SEAL_URL", value)
    with pytest.raises(ImproperlyConfigured):
        environment.read_seal("SEAL_URL")


def test_late_worker_keeps_the_file_of_the_other(monkeypatch):
    document = drawn()

    def meanwhile(late, sealed, issued=issuing._issued):
        monkeypatch.setattr(issuing, "_issued", issued)
        Document.objects.filter(pk=document.pk).update(due_at=timezone.now())
        issuing.issue_document(document.pk)
        return issued(late, sealed)

    monkeypatch.setattr(issuing, "_issued", meanwhile)
    issuing.issue_document(document.pk)
    document.refresh_from_db()
    assert document.state == Document.State.ISSUED
    assert status_of(document).bottom_line
    folder = document.content.name.rpartition("/")[0]
    kept = [name for name in document.content.storage.listdir(folder)[1] if document.pk.hex in name]
    assert kept == [f"{document.pk.hex}-2.pdf"]


@pytest.mark.parametrize(("days", "said"), [(365, []), (30, ["documents.W004"]), (-1, ["documents.E001"])])
def test_system_check_names_a_seal_that_ends(settings, monkeypatch, days, said):
    ends = timezone.now() + timedelta(days=days)
    certificate = SimpleNamespace(not_valid_after=ends)
    key = SimpleNamespace(
        is_test=False, signer=lambda: nullcontext(SimpleNamespace(signing_cert=certificate))
    )
    monkeypatch.setattr(checks.sealing, "configured_key", lambda: key)
    assert [one.id for one in checks.check_seal_key(None)] == said


def test_system_check_asks_the_time_stamp_authority(settings):
    assert checks.check_time_stamp_authority(None) == []
    settings.SEAL_TSA_URL = "http://127.0.0.1:9/"
    [warning] = checks.check_time_stamp_authority(None)
    assert (warning.id, "127.0.0.1:9" in warning.msg) == ("documents.W005", True)
