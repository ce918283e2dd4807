"""Verification of an uploaded file."""

import io
import sys
import time
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers import PdfTimeStamper

from eservices.documents import checks, rate_limits, rendering, sealing
from eservices.documents.contrib.test import new_key
from eservices.documents.models import Document
from eservices.documents.verification import file_verification, read_seals
from eservices.documents.verification.file_verification import VerificationResult, verify_pdf
from tests.factories.certificate_authority import Authority
from tests.factories.documents import issued

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_process(monkeypatch):
    """Read files here: to start the reader program takes most of the time, and other tests do that."""

    def seals(content: bytes, _level: int = 0) -> list[dict] | None:
        try:
            return read_seals.read_seals(content)
        except Exception:  # what the program answers too, whatever the fault
            return None

    monkeypatch.setattr(file_verification, "_seals", seals)


def shown(client, content: bytes, **more):
    file = SimpleUploadedFile("document.pdf", content, "application/pdf")
    return client.post(reverse("documents:verify_file"), {"file": file}, **more)


def foreign(pdf: bytes, settings, tmp_path) -> bytes:
    """Seal the same text with another key."""
    path = tmp_path / "other.p12"
    path.write_bytes(new_key("Commune d’Orvenay"))
    settings.SEAL_URL = f"pkcs12:{path}"
    return sealing.seal_pdf(pdf, place="Orvenay", reason="Attestation").content


def added_to(pdf: bytes) -> bytes:
    """Append an incremental update after the seal."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    writer.root["/Lang"] = writer.root["/Pages"]["/Count"]
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_issued_file_is_authentic_and_not_stored(client, django_assert_max_num_queries, document):
    content = document.content.read()
    with django_assert_max_num_queries(12):
        page = shown(client, content)
    assert page.status_code == 200
    assert 'class="verdict yes t5"' in page.text
    assert document.number in page.text
    assert not page.cookies
    sent = document.case.submission
    assert "Élodie M." in page.text
    for secret in (sent.applicant_name, "Marchetti", sent.email, document.case.reference):
        assert secret not in page.text


@pytest.mark.usefixtures("in_process")
def test_changed_or_foreign_file_is_refused(client, settings, tmp_path, document):
    content = document.content.read()
    flipped = bytearray(content)
    flipped[content.index(b"stream") + 60] ^= 1
    assert verify_pdf(bytes(flipped))[0] in {VerificationResult.CHANGED, VerificationResult.UNREADABLE}
    assert verify_pdf(added_to(content)) == (VerificationResult.CHANGED, None)
    page = shown(client, added_to(content))
    assert 'class="verdict no t5"' in page.text
    assert document.number not in page.text
    other = foreign(rendering.render_document(document), settings, tmp_path)
    assert verify_pdf(other) == (VerificationResult.FOREIGN, None)
    assert 'class="verdict no t5"' in shown(client, other).text


def time_stamped(pdf: bytes) -> bytes:
    """Return the file as an archive stores it: with a time-stamp on the whole."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    return PdfTimeStamper(Authority().clock).timestamp_pdf(writer, "sha256").getvalue()


def miscalled(pdf: bytes) -> bytes:
    """Return the file with a seal declared as a time-stamp, which cannot be validated."""
    assert b"/ETSI.CAdES.detached" in pdf
    return pdf.replace(b"/ETSI.CAdES.detached", b"/ETSI.RFC3161       ")


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("bearing", [time_stamped, miscalled])
def test_file_with_more_than_plain_seals_is_read(settings, tmp_path, bearing, document):
    assert verify_pdf(bearing(document.content.read())) == (VerificationResult.CHANGED, None)
    other = foreign(rendering.render_document(document), settings, tmp_path)
    assert verify_pdf(bearing(other)) == (VerificationResult.FOREIGN, None)


@pytest.mark.usefixtures("in_process")
def test_file_with_only_a_time_stamp_is_foreign(document):
    assert verify_pdf(time_stamped(rendering.render_document(document))) == (VerificationResult.FOREIGN, None)


@pytest.mark.usefixtures("in_process")
def test_signed_content_is_compared(document):
    content = document.content.read()
    at = content.index(b"/Title")
    changed = content[:at] + b"/Tytle" + content[at + 6 :]
    assert verify_pdf(changed) == (VerificationResult.CHANGED, None)


@pytest.mark.usefixtures("in_process")
def test_unsealed_pdf_and_unreadable_file_are_distinguished(client, document):
    assert verify_pdf(rendering.render_document(document)) == (VerificationResult.UNSEALED, None)
    for junk in (b"", b"hello", b"%PDF-1.7", b"%PDF-1.7\n" + bytes(range(256)) * 40):
        assert verify_pdf(junk) == (VerificationResult.UNREADABLE, None)
        assert 'class="verdict t5"' in shown(client, junk or b"x").text


def test_specimen_is_not_authentic():
    assert verify_pdf(issued(kind="rehearsal").content.read()) == (VerificationResult.SPECIMEN, None)


def test_revoked_document_is_reported_for_an_unchanged_file(client, document):
    Document.objects.update(state=Document.State.REVOKED)
    assert 'class="verdict no t5"' in shown(client, document.content.read()).text


def test_missing_or_too_large_file_is_refused(client):
    assert client.post(reverse("documents:verify_file")).status_code == 422
    page = shown(client, bytes(file_verification.MAX_BYTES + 1))
    assert page.status_code == 422
    assert 'id="f-e"' in page.text
    assert client.get(reverse("documents:verify_file")).status_code == 405


def test_file_verification_is_rate_limited(client):
    for _ in range(rate_limits.FILES.most):
        assert shown(client, b"hello").status_code == 200
    assert shown(client, b"hello").status_code == 429
    assert shown(client, b"hello", REMOTE_ADDR="192.0.2.9").status_code == 200


def with_empty_parts() -> bytes:
    """Return very many empty streams."""
    part = b"stream\n" + zlib.compress(b"") + b"\nendstream\n"
    return part * ((file_verification.MAX_BYTES - 20) // len(part))


def with_parts_in_each_other() -> bytes:
    """Return 2,100 streams, each of which contains all that follow it, then very many empty blocks."""
    number, length, parts = 2_100, len(b"stream\n") + 7, b""
    for place in range(number):
        rest = (number - place - 1) * length
        parts += b"stream\n\x78\x9c\x00" + rest.to_bytes(2, "little") + (rest ^ 0xFFFF).to_bytes(2, "little")
    return parts + b"\x00\x00\x00\xff\xff" * ((file_verification.MAX_BYTES - len(parts) - 20) // 5)


@pytest.mark.parametrize("parts", [with_empty_parts, with_parts_in_each_other])
def test_verification_decompresses_nothing_in_the_web_process(parts):
    """Decompress nothing, so that no worker is kept busy: two megabytes can expand to four thousand."""
    content = b"%PDF-1.7\n" + parts()
    assert len(content) <= file_verification.MAX_BYTES
    began = time.process_time()
    assert verify_pdf(content) == (VerificationResult.UNREADABLE, None)
    assert time.process_time() - began < 1


def with_seal_fields(pdf: bytes, number: int) -> bytes:
    """Return ``pdf`` with ``number`` additional fields that show its one seal."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    fields = writer.root["/AcroForm"]["/Fields"]
    seal = fields[0].raw_get("/V")
    for place in range(number):
        made = {"/FT": generic.pdf_name("/Sig"), "/T": generic.pdf_string(f"s{place}"), "/V": seal}
        field = generic.DictionaryObject({generic.pdf_name(name): one for name, one in made.items()})
        fields.append(writer.add_object(field))
    writer.update_container(fields)
    shown = io.BytesIO()
    writer.write(shown)
    return shown.getvalue()


@pytest.mark.usefixtures("in_process")
def test_seal_shown_in_very_many_fields_is_not_read(document, django_assert_max_num_queries):
    pdf = document.content.read()
    assert verify_pdf(with_seal_fields(pdf, 3)) == (VerificationResult.CHANGED, None)
    with django_assert_max_num_queries(1):
        assert verify_pdf(with_seal_fields(pdf, 300)) == (VerificationResult.UNREADABLE, None)


def answering(
    entries: int, width: bytes, packed: bytes = zlib.compress(b""), how: bytes = b"/FlateDecode"
) -> bytes:
    """Return a PDF of some hundred bytes whose cross-reference table claims ``entries`` entries."""
    catalog = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog /Pages 2 0 R>>\nendobj\n"
    named = b"<</Type/XRef /Size 10 /Root 1 0 R /W %s /Index [0 %d] /Filter %s /Length %d>>"
    told = named % (width, entries, how, len(packed)) + b"\nstream\n" + packed + b"\nendstream\nendobj\n"
    return catalog + b"9 0 obj\n" + told + b"startxref\n%d\n%%%%EOF\n" % len(catalog)


def test_excessive_stream_is_not_decompressed():
    for length, finding in (
        (1_000, VerificationResult.UNSEALED),
        (read_seals.MEMORY, VerificationResult.UNREADABLE),
    ):
        # The position of the first object, then zeros.
        packed = zlib.compress(b"\0\0\0\1\x09\0" + bytes(length), 1)
        twice = zlib.compress(packed)
        assert verify_pdf(answering(2, b"[1 1 1]", packed)) == (finding, None)
        assert verify_pdf(answering(2, b"[1 1 1]", twice, b"[/FlateDecode /FlateDecode]")) == (
            finding,
            None,
        )


@pytest.mark.parametrize("width", [b"[0 0 0]", b"[1 1 1]"])
def test_small_file_that_claims_to_be_endless_is_refused(width, caplog):
    caplog.set_level("WARNING")
    assert verify_pdf(answering(10, width)) == (VerificationResult.UNSEALED, None)
    assert verify_pdf(answering(10**15, width)) == (VerificationResult.UNREADABLE, None)
    assert not caplog.records, "nobody need be told that a file is bad"


# -- The reader program --------------------------------------------------------------------------------------
def read_by(program: str, monkeypatch, tmp_path) -> VerificationResult:
    """Return the result for a PDF if another program reads it."""
    path = tmp_path / "reader" / "reading.py"
    path.parent.mkdir()
    path.write_text(program)
    monkeypatch.setattr(file_verification, "READER", path)
    return verify_pdf(answering(10, b"[1 1 1]"))[0]


def test_reader_program_gets_no_secrets(monkeypatch, tmp_path):
    monkeypatch.setenv("SEAL_PASSWORD", "secret")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "needed.py").touch()
    program = "import needed, os; assert 'SEAL_PASSWORD' not in os.environ; print('[]')"
    assert read_by(program, monkeypatch, tmp_path) == VerificationResult.UNSEALED


def test_broken_reader_is_logged_and_bad_files_are_not(monkeypatch, tmp_path, caplog):
    caplog.set_level("WARNING")
    assert verify_pdf(b"%PDF-1.7 hello")[0] == VerificationResult.UNREADABLE
    assert not caplog.records
    assert read_by("import nowhere", monkeypatch, tmp_path) == VerificationResult.UNREADABLE
    [said] = caplog.records
    assert "No module named 'nowhere'" in said.getMessage()


def after_an_upgrade(of: str, fault: str, monkeypatch, tmp_path) -> None:
    """Make the reader program behave as after an upgrade of pyHanko: ``of`` raises ``fault``."""
    lines = (
        "import runpy",
        "from pyhanko.pdf_utils.reader import PdfFileReader as reader",
        "from pyhanko.sign import validation",
        f"def broken(*arguments): raise {fault}",
        f"{of} = broken" if of.startswith("validation") else f"{of} = property(broken)",
        f"runpy.run_path({str(file_verification.READER)!r}, run_name='__main__')",
    )
    path = tmp_path / "reading.py"
    path.write_text("\n".join(lines))
    monkeypatch.setattr(file_verification, "READER", path)


SEALS, VALIDATED = "reader.embedded_signatures", "validation.validate_pdf_signature"


def test_system_check_finds_own_files_verifiable(caplog):
    caplog.set_level("INFO")
    assert checks.check_verification(None) == []
    assert not caplog.records


@pytest.mark.parametrize(
    ("of", "finding"), [(SEALS, VerificationResult.UNREADABLE), (VALIDATED, VerificationResult.CHANGED)]
)
def test_system_check_warns_if_own_files_cannot_be_verified(monkeypatch, tmp_path, caplog, of, finding):
    caplog.set_level("INFO")
    after_an_upgrade(of, "AttributeError('gone')", monkeypatch, tmp_path)
    assert [one.id for one in checks.check_verification(None)] == ["documents.W003"]
    assert {one.levelname for one in caplog.records} == {"WARNING"}
    assert "AttributeError: gone" in caplog.text
    assert verify_pdf(issued(kind="rehearsal").content.read()) == (finding, None)


def test_unreadable_foreign_file_is_logged_in_one_line(document, monkeypatch, tmp_path, caplog):
    caplog.set_level("INFO")
    content = added_to(document.content.read())
    caplog.clear()
    after_an_upgrade(SEALS, r"ValueError('no\n\x1bseal')", monkeypatch, tmp_path)
    assert verify_pdf(content)[0] == VerificationResult.UNREADABLE
    [said] = [one for one in caplog.records if one.name == file_verification.__name__]
    assert (said.levelname, "ValueError: no  seal" in said.getMessage()) == ("INFO", True)
    assert "\n" not in said.getMessage()


def test_own_file_beyond_the_memory_is_not_reported_as_changed(document, monkeypatch, tmp_path):
    content = added_to(document.content.read())
    after_an_upgrade(VALIDATED, "MemoryError", monkeypatch, tmp_path)
    assert verify_pdf(content) == (VerificationResult.UNREADABLE, None)


def test_missing_reader_program_is_reported(client, monkeypatch, caplog):
    caplog.set_level("WARNING")
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    page = shown(client, answering(10, b"[1 1 1]"))
    assert page.status_code == 200
    assert 'class="verdict t5"' in page.text
    assert "/nowhere/python" in caplog.text
    assert [one.id for one in checks.check_verification(None)] == ["documents.W003"]
