"""The seal on a document, by pyHanko's own validation."""

import io
import subprocess

import pytest
from asn1crypto import keys, pem, x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator import ValidationContext

from eservices.documents import actions, checks, rendering
from eservices.documents.contrib.test import new_key
from eservices.documents.models import Document
from mysite.settings import environment
from tests.factories.authority import serving_authority
from tests.factories.documents import drawn, issued
from tests.programs import needs

pytestmark = pytest.mark.django_db


@pytest.fixture
def own_key(settings, tmp_path):
    """A key of the commune's own, as PKCS#12."""
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


# -- What is sealed ------------------------------------------------------------------------------------------
def test_a_document_is_sealed_whole_and_untouched():
    document = issued()
    status = status_of(document)
    assert status.bottom_line
    assert status.coverage.name == "ENTIRE_FILE"
    assert document.seal_level == "B-B"


def test_the_seal_leaves_pdf_a_and_pdf_ua_as_they_are():
    content = issued().content.read()
    assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in content
    assert b"<pdfuaid:part>1</pdfuaid:part>" in content
    [field] = PdfFileReader(io.BytesIO(content)).root["/AcroForm"]["/Fields"]
    field = field.get_object()
    assert field["/F"] & 0b110 == 0b100  # not hidden and printed, as PDF/A asks
    assert max(field["/Rect"]) < 0  # outside the page, where PDF/UA asks for no tag
    assert field["/Rect"][0] == field["/Rect"][2]


def test_another_reader_finds_the_seal_valid(tmp_path):
    needs("pdfsig")
    path = tmp_path / "document.pdf"
    path.write_bytes(issued().content.read())
    said = subprocess.run(["pdfsig", path], capture_output=True, text=True, check=True).stdout
    assert "Signature is Valid." in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said


def test_a_site_without_a_key_says_on_paper_that_its_seal_is_a_test():
    document = issued()
    assert document.seal.is_test
    assert "TEST" in root_of(document).subject.human_friendly
    assert rendering.pdf(document, test_seal=True) != rendering.pdf(document)


def test_with_a_key_of_its_own_the_commune_seals_for_good(own_key):
    document = issued()
    assert not document.seal.is_test
    assert status_of(document).bottom_line
    assert "Commune d’Orvenay" in root_of(document).subject.human_friendly


@pytest.fixture
def authority():
    """Who certified the commune's key and says the time, over HTTP."""
    with serving_authority() as found:
        yield found


@pytest.fixture
def certified(settings, authority, tmp_path):
    """A key certified by the authority, which answers for it by a list of what it revoked."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = authority.issue("Commune d’Orvenay", key, proved_by="crl")
    settings.SEAL_URL = f"pkcs12:{authority.pkcs12(tmp_path / 'seal.p12', certificate, key)}"
    settings.SEAL_TSA_URL = f"{authority.url}/tsa"
    return certificate


def root_certificate(authority) -> x509.Certificate:
    return x509.Certificate.load(authority.certificate.public_bytes(Encoding.DER))


def test_where_a_time_stamp_authority_is_set_the_seal_bears_its_time(authority, certified):
    document = issued()
    status = status_of(document, root_certificate(authority))
    assert document.seal_level == "B-T"
    assert status.bottom_line
    assert status.timestamp_validity.valid
    assert status.timestamp_validity.signing_cert.subject.native["common_name"] == "Clock"
    assert authority.asked == ["/tsa"]


def test_where_the_roots_are_named_what_proves_the_seal_is_kept_in_the_file(
    settings, authority, certified, tmp_path
):
    settings.SEAL_ROOTS = authority.pem(tmp_path / "roots.pem")
    document = issued()
    assert document.seal_level == "B-LT"
    assert {"/tsa", "/crl", "/ocsp"} <= set(authority.asked)
    reader = PdfFileReader(io.BytesIO(document.content.read()))
    kept = reader.root["/DSS"]
    assert len(kept["/Certs"]) == 3  # the commune's, the clock's, the root
    assert (len(kept["/CRLs"]), len(kept["/OCSPs"])) == (1, 1)

    authority.asked.clear()  # years later nobody answers: the file proves itself
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
def test_with_a_certificate_that_was_revoked_nothing_is_sealed_for_the_archive(
    settings, authority, certified, tmp_path, whose
):
    settings.SEAL_ROOTS = authority.pem(tmp_path / "roots.pem")
    clock = authority.clock.tsa_cert.serial_number
    authority.revoked.add(certified.serial_number if whose == "the commune" else clock)
    document = drawn()
    actions.issue(document.pk)
    document.refresh_from_db()
    assert document.state == Document.State.DRAWN
    assert document.fault


def test_a_token_seals_too(settings, monkeypatch, tmp_path):
    needs("softhsm2-util")
    import pkcs11

    module = "/usr/lib/softhsm/libsofthsm2.so"
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm.conf").write_text(f"directories.tokendir = {tmp_path}/tokens\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm.conf"))
    run = [
        "softhsm2-util",
        "--init-token",
        "--free",
        "--label",
        "commune",
        "--so-pin",
        "1234",
        "--pin",
        "1234",
    ]
    subprocess.run(run, check=True, capture_output=True)
    key, certificate, _ = pkcs12.load_key_and_certificates(new_key("Commune d’Orvenay"), None)
    with pkcs11.lib(module).get_token(token_label="commune").open(user_pin="1234", rw=True) as session:
        curve = keys.ECDomainParameters(name="named", value="secp256r1").dump()
        about = {pkcs11.Attribute.LABEL: "seal", pkcs11.Attribute.TOKEN: True}
        session.create_object(
            about
            | {
                pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY,
                pkcs11.Attribute.KEY_TYPE: pkcs11.KeyType.EC,
                pkcs11.Attribute.EC_PARAMS: curve,
                pkcs11.Attribute.VALUE: key.private_numbers().private_value.to_bytes(32),
                pkcs11.Attribute.SIGN: True,
            }
        )
        session.create_object(
            about
            | {
                pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                pkcs11.Attribute.SUBJECT: certificate.subject.public_bytes(),
                pkcs11.Attribute.VALUE: certificate.public_bytes(Encoding.DER),
            }
        )
    settings.SEAL_URL, settings.SEAL_PASSWORD = f"pkcs11:{module}?token=commune&label=seal&raw=1", "1234"
    document = issued()
    assert status_of(document).bottom_line
    assert not document.seal.is_test


# -- Where it cannot be --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("url", "password"), [("pkcs12:/nowhere/seal.p12", ""), ("pkcs12:/etc/hostname", ""), ("magic:/key", "")]
)
def test_without_its_key_nothing_is_issued_and_the_fault_is_kept(settings, url, password):
    settings.SEAL_URL, settings.SEAL_PASSWORD = url, password
    document = drawn()
    actions.issue(document.pk)
    document.refresh_from_db()
    assert document.state == Document.State.DRAWN
    assert document.fault


def test_a_wrong_passphrase_is_said(settings, own_key):
    settings.SEAL_PASSWORD = "wrong"
    [warning] = checks.documents_are_sealed(None)
    assert "SEAL_PASSWORD" in warning.msg


def test_a_time_stamp_authority_that_is_away_puts_the_document_off(settings):
    settings.SEAL_TSA_URL = "http://127.0.0.1:9/"
    document = drawn()
    actions.issue(document.pk)
    document.refresh_from_db()
    assert document.state == Document.State.DRAWN
    assert "CannotSeal" in document.fault


def test_the_operator_is_told_of_a_test_seal_and_of_none(settings, own_key):
    assert checks.documents_are_sealed(None) == []
    settings.SEAL_URL = ""
    assert [one.id for one in checks.documents_are_sealed(None)] == ["documents.W001"]
    settings.SEAL_URL = "pkcs12:/nowhere/seal.p12"
    assert [one.id for one in checks.documents_are_sealed(None)] == ["documents.W002"]


@pytest.mark.parametrize("value", ["/srv/seal.p12", "pkcs12", "pkcs12:seal.p12", "pkcs12://seal.p12"])
def test_an_address_of_the_key_that_says_nothing_stops_the_start(monkeypatch, value):
    monkeypatch.setenv("SEAL_URL", value)
    with pytest.raises(ImproperlyConfigured):
        environment.seal("SEAL_URL")


def test_a_worker_that_comes_too_late_leaves_the_other_s_file_alone(monkeypatch):
    document = drawn()

    def meanwhile(late, sealed, issued=actions._issued):
        monkeypatch.setattr(actions, "_issued", issued)
        Document.objects.filter(pk=document.pk).update(due_at=timezone.now())
        actions.issue(document.pk)
        return issued(late, sealed)

    monkeypatch.setattr(actions, "_issued", meanwhile)
    actions.issue(document.pk)
    document.refresh_from_db()
    assert document.state == Document.State.ISSUED
    assert status_of(document).bottom_line
    folder = document.content.name.rpartition("/")[0]
    kept = [name for name in document.content.storage.listdir(folder)[1] if document.pk.hex in name]
    assert kept == [f"{document.pk.hex}-2.pdf"]
