"""A file that somebody shows to have it verified."""

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


def shown(client, content: bytes, **more):
    file = SimpleUploadedFile("document.pdf", content, "application/pdf")
    return client.post(reverse("documents:verify_file"), {"file": file}, **more)


def foreign(pdf: bytes, settings, tmp_path) -> bytes:
    """The same text, sealed by somebody else."""
    path = tmp_path / "other.p12"
    path.write_bytes(new_key("Commune d’Orvenay"))
    settings.SEAL_URL = f"pkcs12:{path}"
    return sealing.seal_pdf(pdf, place="Orvenay", reason="Attestation").content


def added_to(pdf: bytes) -> bytes:
    """The file with something added behind the seal."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    writer.root["/Lang"] = writer.root["/Pages"]["/Count"]
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_the_file_as_it_was_issued_is_authentic_and_nothing_of_it_is_kept(
    client, django_assert_max_num_queries, document
):
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


def test_a_tampered_file_and_one_sealed_by_another_key_fail_with_a_clear_word(
    client, settings, tmp_path, document
):
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
    """The file as an archive keeps it: with a time-stamp on the whole of it."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    return PdfTimeStamper(Authority().clock).timestamp_pdf(writer, "sha256").getvalue()


def miscalled(pdf: bytes) -> bytes:
    """The file with a seal that calls itself a time-stamp, and cannot be validated."""
    assert b"/ETSI.CAdES.detached" in pdf
    return pdf.replace(b"/ETSI.CAdES.detached", b"/ETSI.RFC3161       ")


@pytest.mark.parametrize("bearing", [time_stamped, miscalled])
def test_what_bears_more_than_plain_seals_is_read_all_the_same(settings, tmp_path, bearing, document):
    assert verify_pdf(bearing(document.content.read())) == (VerificationResult.CHANGED, None)
    other = foreign(rendering.render_document(document), settings, tmp_path)
    assert verify_pdf(bearing(other)) == (VerificationResult.FOREIGN, None)


def test_a_file_that_bears_a_time_stamp_only_is_foreign(document):
    assert verify_pdf(time_stamped(rendering.render_document(document))) == (VerificationResult.FOREIGN, None)


def test_what_is_signed_is_compared_and_not_only_that_there_is_a_seal(document):
    content = document.content.read()
    at = content.index(b"/Title")
    changed = content[:at] + b"/Tytle" + content[at + 6 :]
    assert verify_pdf(changed) == (VerificationResult.CHANGED, None)


def test_a_pdf_without_a_seal_and_what_is_none_are_told_apart(client, document):
    assert verify_pdf(rendering.render_document(document)) == (VerificationResult.UNSEALED, None)
    for junk in (b"", b"hello", b"%PDF-1.7", b"%PDF-1.7\n" + bytes(range(256)) * 40):
        assert verify_pdf(junk) == (VerificationResult.UNREADABLE, None)
        assert 'class="verdict t5"' in shown(client, junk or b"x").text


def test_a_specimen_is_no_document():
    assert verify_pdf(issued(kind="rehearsal").content.read()) == (VerificationResult.SPECIMEN, None)


def test_a_revoked_document_says_so_though_its_file_is_untouched(client, document):
    Document.objects.update(state=Document.State.REVOKED)
    assert 'class="verdict no t5"' in shown(client, document.content.read()).text


def test_no_file_and_one_larger_than_any_document_are_told_what_to_do(client):
    assert client.post(reverse("documents:verify_file")).status_code == 422
    page = shown(client, bytes(file_verification.MAX_BYTES + 1))
    assert page.status_code == 422
    assert 'id="f-e"' in page.text
    assert client.get(reverse("documents:verify_file")).status_code == 405


def test_who_shows_one_file_after_the_other_is_slowed_down(client):
    for _ in range(rate_limits.FILES.most):
        assert shown(client, b"hello").status_code == 200
    assert shown(client, b"hello").status_code == 429
    assert shown(client, b"hello", REMOTE_ADDR="192.0.2.9").status_code == 200


def with_empty_parts() -> bytes:
    """Very many parts that hold nothing."""
    part = b"stream\n" + zlib.compress(b"") + b"\nendstream\n"
    return part * ((file_verification.MAX_BYTES - 20) // len(part))


def with_parts_in_each_other() -> bytes:
    """Each of 2,100 parts begins with all that follow it, and goes on with very many blocks of nothing."""
    number, length, parts = 2_100, len(b"stream\n") + 7, b""
    for place in range(number):
        rest = (number - place - 1) * length
        parts += b"stream\n\x78\x9c\x00" + rest.to_bytes(2, "little") + (rest ^ 0xFFFF).to_bytes(2, "little")
    return parts + b"\x00\x00\x00\xff\xff" * ((file_verification.MAX_BYTES - len(parts) - 20) // 5)


@pytest.mark.parametrize("parts", [with_empty_parts, with_parts_in_each_other])
def test_the_site_itself_unpacks_nothing_of_a_file_that_is_shown(parts):
    """However it is packed, inflating it keeps no worker busy: two megabytes can make four thousand to read."""
    content = b"%PDF-1.7\n" + parts()
    assert len(content) <= file_verification.MAX_BYTES
    began = time.process_time()
    assert verify_pdf(content) == (VerificationResult.UNREADABLE, None)
    assert time.process_time() - began < 1


def with_seal_fields(pdf: bytes, number: int) -> bytes:
    """``pdf`` in which so many fields more show its one seal."""
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


def test_a_file_that_shows_one_seal_in_very_many_fields_is_not_read_to_the_end(
    document, django_assert_max_num_queries
):
    pdf = document.content.read()
    assert verify_pdf(with_seal_fields(pdf, 3)) == (VerificationResult.CHANGED, None)
    with django_assert_max_num_queries(1):
        assert verify_pdf(with_seal_fields(pdf, 300)) == (VerificationResult.UNREADABLE, None)


def told_to_have(
    entries: int, width: bytes, packed: bytes = zlib.compress(b""), how: bytes = b"/FlateDecode"
) -> bytes:
    """A PDF of some hundred bytes whose table of contents claims so many entries."""
    catalog = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog /Pages 2 0 R>>\nendobj\n"
    named = b"<</Type/XRef /Size 10 /Root 1 0 R /W %s /Index [0 %d] /Filter %s /Length %d>>"
    told = named % (width, entries, how, len(packed)) + b"\nstream\n" + packed + b"\nendstream\nendobj\n"
    return catalog + b"9 0 obj\n" + told + b"startxref\n%d\n%%%%EOF\n" % len(catalog)


def test_what_would_fill_the_memory_is_not_unpacked():
    for length, finding in (
        (1_000, VerificationResult.UNSEALED),
        (read_seals.MEMORY, VerificationResult.UNREADABLE),
    ):
        # Where the first object lies, and nothing.
        packed = zlib.compress(b"\0\0\0\1\x09\0" + bytes(length), 1)
        twice = zlib.compress(packed)
        assert verify_pdf(told_to_have(2, b"[1 1 1]", packed)) == (finding, None)
        assert verify_pdf(told_to_have(2, b"[1 1 1]", twice, b"[/FlateDecode /FlateDecode]")) == (
            finding,
            None,
        )


@pytest.mark.parametrize("width", [b"[0 0 0]", b"[1 1 1]"])
def test_a_small_file_that_claims_to_be_endless_holds_nobody_up(width):
    assert verify_pdf(told_to_have(10, width)) == (VerificationResult.UNSEALED, None)
    assert verify_pdf(told_to_have(10**15, width)) == (VerificationResult.UNREADABLE, None)


# -- The program that reads it -------------------------------------------------------------------------------
def read_by(program: str, monkeypatch, tmp_path) -> VerificationResult:
    """What is said of a PDF where another program reads it."""
    path = tmp_path / "reader" / "reading.py"
    path.parent.mkdir()
    path.write_text(program)
    monkeypatch.setattr(file_verification, "READER", path)
    return verify_pdf(told_to_have(10, b"[1 1 1]"))[0]


def test_what_reads_a_stranger_s_file_knows_none_of_our_secrets_and_what_python_needs(monkeypatch, tmp_path):
    monkeypatch.setenv("SEAL_PASSWORD", "secret")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "needed.py").touch()
    program = "import needed, os; assert 'SEAL_PASSWORD' not in os.environ; print('[]')"
    assert read_by(program, monkeypatch, tmp_path) == VerificationResult.UNSEALED


def test_an_operator_reads_in_the_log_that_no_file_can_be_verified_and_nothing_of_bad_files(
    monkeypatch, tmp_path, caplog
):
    caplog.set_level("WARNING")
    assert verify_pdf(b"%PDF-1.7 hello")[0] == VerificationResult.UNREADABLE
    assert verify_pdf(told_to_have(10**15, b"[1 1 1]"))[0] == VerificationResult.UNREADABLE
    assert not caplog.records
    assert read_by("import nowhere", monkeypatch, tmp_path) == VerificationResult.UNREADABLE
    [said] = caplog.records
    assert "No module named 'nowhere'" in said.getMessage()


def after_an_upgrade(of: str, fault: str, monkeypatch, tmp_path) -> None:
    """Files are read by what another pyHanko would make of our program: ``of`` it raises ``fault``."""
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


@pytest.mark.parametrize(
    ("of", "finding"), [(SEALS, VerificationResult.UNREADABLE), (VALIDATED, VerificationResult.CHANGED)]
)
def test_that_our_own_sealed_files_are_not_understood_any_more_is_said_before_anybody_shows_one(
    monkeypatch, tmp_path, caplog, of, finding
):
    caplog.set_level("INFO")
    assert checks.check_verification(None) == []
    assert not caplog.records
    after_an_upgrade(of, "AttributeError('gone')", monkeypatch, tmp_path)
    assert [one.id for one in checks.check_verification(None)] == ["documents.W003"]
    assert {one.levelname for one in caplog.records} == {"WARNING"}
    assert "AttributeError: gone" in caplog.text
    assert verify_pdf(issued(kind="rehearsal").content.read()) == (finding, None)


def test_what_keeps_a_stranger_s_file_from_being_read_is_logged_in_one_line_and_alarms_nobody(
    document, monkeypatch, tmp_path, caplog
):
    caplog.set_level("INFO")
    content = added_to(document.content.read())
    caplog.clear()
    after_an_upgrade(SEALS, r"ValueError('no\n\x1bseal')", monkeypatch, tmp_path)
    assert verify_pdf(content)[0] == VerificationResult.UNREADABLE
    [said] = [one for one in caplog.records if one.name == file_verification.__name__]
    assert (said.levelname, "ValueError: no  seal" in said.getMessage()) == ("INFO", True)
    assert "\n" not in said.getMessage()


def test_a_file_of_ours_for_which_the_memory_does_not_suffice_is_not_said_to_be_changed(
    document, monkeypatch, tmp_path
):
    content = added_to(document.content.read())
    after_an_upgrade(VALIDATED, "MemoryError", monkeypatch, tmp_path)
    assert verify_pdf(content) == (VerificationResult.UNREADABLE, None)


def test_where_the_program_cannot_be_started_a_stranger_is_told_so_and_the_operator_too(
    client, monkeypatch, caplog
):
    caplog.set_level("WARNING")
    assert checks.check_verification(None) == []
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    page = shown(client, told_to_have(10, b"[1 1 1]"))
    assert page.status_code == 200
    assert 'class="verdict t5"' in page.text
    assert "/nowhere/python" in caplog.text
    assert [one.id for one in checks.check_verification(None)] == ["documents.W003"]
