"""Uploaded files: accepted or refused, stored privately, preserved across steps and errors, removable."""

import io
import struct
import zipfile
import zlib
from datetime import timedelta
from resource import RUSAGE_SELF, getrusage

import pypdf
import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from PIL import Image, ImageCms
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from eservices.cases.models import StatusLink
from eservices.documents import sealing
from eservices.documents.contrib.test import new_key
from eservices.submissions import upload_checks
from eservices.submissions.jobs import delete_orphans
from eservices.submissions.models import StoredFile, Submission
from home.untrusted_files import messages
from tests.factories.accounts import UserFactory
from tests.factories.cases import CaseFactory
from tests.factories.files import taken
from tests.factories.submissions import DraftFactory, pdf, picture


def text(response) -> str:
    return response.content.decode()


def packed(name: str, **parts) -> SimpleUploadedFile:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for part, inside in parts.items():
            archive.writestr(part.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"), inside)
    return SimpleUploadedFile(name, content.getvalue())


# -- Accepted and refused files ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("upload", "content_type"),
    [
        (pdf(), "application/pdf"),
        (picture("photo.PNG"), "image/png"),
        (picture("photo.jpeg", "JPEG"), "image/jpeg"),
        (picture("photo.webp", "WEBP"), "image/webp"),
        (packed("lettre.docx", word__document_xml="<w/>"), upload_checks.TYPES["docx"]),
        (packed("lettre.odt", mimetype=upload_checks.TYPES["odt"]), upload_checks.TYPES["odt"]),
    ],
    ids=lambda one: getattr(one, "name", None),
)
def test_file_whose_content_matches_its_name_is_accepted(upload, content_type):
    assert upload_checks.check_upload(upload).content_type == content_type


@pytest.mark.parametrize(
    "upload",
    [
        SimpleUploadedFile("plan.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
        SimpleUploadedFile("page.html", b"<!doctype html><script>alert(1)</script>"),
        SimpleUploadedFile("faux.pdf", b"<!doctype html><script>alert(1)</script>"),
        SimpleUploadedFile("faux.png", b"%PDF-1.7 not a picture"),
        SimpleUploadedFile("virus.exe", b"MZ\x90\x00"),
        SimpleUploadedFile("sans_extension", b"%PDF-1.7"),
        SimpleUploadedFile("double.pdf.exe", b"%PDF-1.7"),
        SimpleUploadedFile("abime.docx", b"PK\x03\x04 damaged"),
        packed("archive.docx", anything="inside"),
        packed("macros.docx", word__document_xml="<w/>", word__vbaProject_bin="x"),
        packed("faux.odt", mimetype="text/html"),
    ],
    ids=lambda one: one.name,
)
def test_other_file_is_refused_with_a_message_that_names_it(upload):
    with pytest.raises(ValidationError) as refused:
        upload_checks.check_upload(upload)

    assert upload.name in refused.value.messages[0]


def test_archive_that_cannot_be_unpacked_is_refused():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("mimetype", upload_checks.TYPES["odt"])
    damaged = bytearray(content.getvalue())
    start = damaged.index(b"mimetype") + len("mimetype") + 9  # after the properties of the compression
    damaged[start : start + 20] = b"\xff" * 20

    with pytest.raises(ValidationError):
        upload_checks.check_upload(SimpleUploadedFile("lettre.odt", bytes(damaged)))


def bomb(name: str, parts: int = 1, each: int = 0) -> SimpleUploadedFile:
    """Build a document that unpacks to ``parts`` empty pictures of ``each`` megabytes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", "<w/>")
        for number in range(parts):
            with archive.open(f"word/media/{number}.bmp", "w") as part:
                for _ in range(each):
                    part.write(bytes(1024 * 1024))
    return SimpleUploadedFile(name, content.getvalue())


def overlapping(name: str) -> SimpleUploadedFile:
    """Build a document whose parts share the same bytes: a few kilobytes that count many times."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("word/document.xml", "x" * 10_000)
        first = archive.filelist[0]
        for number in range(20):
            again = zipfile.ZipInfo(f"word/{number}.xml")
            again.header_offset, again.CRC = first.header_offset, first.CRC
            again.file_size = again.compress_size = first.file_size
            archive.filelist.append(again)
    return SimpleUploadedFile(name, content.getvalue())


@pytest.mark.parametrize(
    "upload",
    [bomb("creux.docx", each=30), bomb("parties.docx", parts=3001), overlapping("empile.docx")],
    ids=lambda one: one.name,
)
def test_zip_bomb_is_refused(upload):
    with override("en"), pytest.raises(ValidationError, match="too large once it is unpacked"):
        upload_checks.check_upload(upload)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], ids=["bzip2", "lzma"])
def test_document_with_an_unusual_compression_is_refused_unread(method, monkeypatch):
    # Its first four bytes cost as much as a whole unpacked block.
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        archive.writestr("word/document.xml", bytes(1024 * 1024))
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("read"))
    with pytest.raises(ValidationError):
        upload_checks.check_upload(SimpleUploadedFile("dense.docx", content.getvalue()))


def test_document_of_ordinary_size_is_accepted():
    assert upload_checks.check_upload(bomb("rapport.docx", parts=50, each=0)).size
    assert upload_checks.check_upload(bomb("photos.docx", parts=2, each=5)).size


def test_picture_with_too_many_pixels_is_refused():
    # The header of a picture of 50000 × 50000 pixels: its size is known without decoding it.
    drawn = io.BytesIO()
    Image.new("1", (50, 50)).save(drawn, "PNG")
    huge = bytearray(drawn.getvalue())
    huge[16:24] = struct.pack(">II", 50_000, 50_000)
    huge[29:33] = struct.pack(">I", zlib.crc32(huge[12:29]))

    with override("en"), pytest.raises(ValidationError, match="too large once it is unpacked"):
        upload_checks.check_upload(SimpleUploadedFile("geante.png", bytes(huge)))


def test_damaged_picture_is_refused():
    with pytest.raises(ValidationError):
        upload_checks.check_upload(SimpleUploadedFile("photo.png", b"\x89PNG\r\n\x1a\n" + b"x" * 100))


def archived(head: bytes) -> bytes:
    content = io.BytesIO(head)
    content.seek(0, io.SEEK_END)
    with zipfile.ZipFile(content, "a") as archive:
        archive.writestr("word/document.xml", "<w/>")
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("pdf-et-zip.pdf", archived(b"%PDF-1.7\n")),
        ("pdf-et-zip.docx", archived(b"%PDF-1.7\n")),
        ("pdf-et-page.pdf", b"%PDF-1.7\n<HTML><script>alert(1)</script>"),
        ("photo-et-zip.png", archived(picture().read())),
        ("photo-et-page.jpg", b"\xff\xd8\xff\xe0<svg onload=alert(1)>"),
    ],
)
def test_file_of_two_types_at_once_is_refused(name, content):
    with pytest.raises(ValidationError):
        upload_checks.check_upload(SimpleUploadedFile(name, content))


def paper(**attached: bytes) -> bytes:
    """Build a PDF with attached files, uncompressed as some programs store them."""
    writer = pypdf.PdfWriter()
    writer.add_blank_page(200, 200)
    for name, content in attached.items():
        writer.add_attachment(name.replace("_", "."), content)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


LETTER = packed("lettre.docx", word__document_xml="<w/>").read()
RAR, SEVEN_ZIP, CABINET = b"Rar!\x1a\x07\x01\x00", b"7z\xbc\xaf\x27\x1c\x00\x04", b"MSCF\0\0\0\0"
A_PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


def in_comment(content: bytes) -> bytes:
    """Build a JPEG with ``content`` as its comment."""
    return jpeg(comment=content)


def jpeg(**more) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (4, 4), "white").save(drawn, "JPEG", **more)
    return drawn.getvalue()


def at(place: int, content: bytes, head: bytes) -> bytes:
    return head + bytes(place - len(head)) + content


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("pdf-au-commentaire.jpg", in_comment(A_PDF)),
        ("pdf-a-la-suite.jpg", jpeg() + A_PDF),
        (
            "pdf-loin-derriere.png",
            picture().read() + bytes(2**20 - 2) + A_PDF,
        ),  # at the boundary of two read chunks
        ("rar-au-commentaire.jpg", in_comment(RAR)),
        ("7z-a-la-suite.png", picture().read() + SEVEN_ZIP),
        ("rar-a-la-suite.webp", picture("a.webp", "WEBP").read() + RAR),
        ("rar-apres-la-ligne.pdf", b"%PDF-1.7\n" + RAR + A_PDF),
        ("7z-a-la-suite.pdf", A_PDF + SEVEN_ZIP),
        ("cab-a-la-suite.pdf", A_PDF + CABINET),
        ("page-plus-loin.pdf", b"%PDF-1.7\n%" + b"x" * 2048 + b"\n<body onload=alert(1)>" + A_PDF),
        ("zip-a-la-suite.pdf", paper(lettre_docx=LETTER) + LETTER),
        ("page-apres-un-objet.pdf", A_PDF + b"%" + b"x" * 2048 + b"\n<!DOCTYPE HTML><script>1</script>"),
        ("tar.pdf", at(257, b"ustar\x0000", A_PDF)),
        ("disque.pdf", at(32769, b"CD001", A_PDF)),
        ("7z-a-la-suite.docx", packed("a.docx", word__document_xml="<w/>").read() + SEVEN_ZIP),
        ("pdf-en-tete.docx", packed("a.docx", a=A_PDF, word__document_xml="<w/>").read()),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_file_with_another_file_hidden_in_it_is_refused(name, content):
    with pytest.raises(ValidationError):
        upload_checks.check_upload(SimpleUploadedFile(name, content))


@pytest.mark.parametrize(
    "parts",
    [{"evil.exe": "x"}, {"word/embeddings/Evil.SCR": "x"}, {"word/media/image1.png": b"MZ\x90\x00"}],
    ids=["name", "capitals", "content"],
)
def test_document_that_contains_a_program_is_refused(parts):
    with pytest.raises(ValidationError):
        upload_checks.check_upload(packed("lettre.docx", word__document_xml="<w/>", **parts))


def with_exif() -> bytes:
    """Build a photo as cameras do, with a thumbnail, a colour profile and texts."""
    small, exif = jpeg(), Image.Exif()
    exif[0x010E], exif[0x0131] = "Bail.pdf, rar! 7z", "Appareil 1.0"
    colours = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return jpeg(exif=exif.tobytes() + small, icc_profile=colours, comment=b"Scan du %PDF-, <x:xmpmeta/>")


def in_two_views() -> bytes:
    """Build a photo with two views, as phones with two lenses do."""
    drawn = io.BytesIO()
    views = [Image.new("RGB", (4, 4), colour) for colour in ("white", "black")]
    views[0].save(drawn, "MPO", save_all=True, append_images=views[1:])
    return drawn.getvalue()


INVOICE = b"<?xml version='1.0' encoding='UTF-8'?><rsm:CrossIndustryInvoice></rsm:CrossIndustryInvoice>"
COMMENTED = A_PDF.replace(b"/Type", b"/RC (<body xmlns='http://www.w3.org/1999/xhtml'>Oui</body>) /Type")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("photo-exif.jpg", with_exif()),
        ("photo-double.jpg", in_two_views()),
        (
            "photo-animee.jpg",
            jpeg() + b"\0\0\0\x18ftypmp42" + bytes(4000),
        ),  # phones append a film of a second
        ("retouchee.png", picture().read() + bytes(64) + b"Edited on my phone"),
        ("annote.pdf", COMMENTED),
        ("annote-plus-loin.pdf", A_PDF + b"%" + b"x" * 2048 + COMMENTED),
        ("facture.pdf", paper(factur_x_xml=INVOICE)),
        ("modifiable.pdf", paper(lettre_docx=LETTER)),
        ("avec-annexes.pdf", paper(bail_pdf=A_PDF, photo_jpg=with_exif(), plan_docx=LETTER)),
        ("page-en-annexe.pdf", paper(courriel_html=b"<!DOCTYPE html><html><body>Bonjour</body></html>")),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_ordinary_photo_or_document_is_accepted(name, content):
    assert upload_checks.check_upload(SimpleUploadedFile(name, content)).size == len(content)


def test_signed_and_updated_pdf_is_accepted(settings, tmp_path):
    path = tmp_path / "key.p12"
    path.write_bytes(new_key("Notaire"))
    settings.SEAL_URL = f"pkcs12:{path}"
    signed = sealing.seal_pdf(paper(facture_xml=INVOICE), place="Orvenay", reason="Acte").content
    writer, again = IncrementalPdfFileWriter(io.BytesIO(signed)), io.BytesIO()
    writer.root["/Lang"] = writer.root["/Pages"]["/Count"]
    writer.update_root()
    writer.write(again)

    for content in (signed, again.getvalue()):
        assert upload_checks.check_upload(SimpleUploadedFile("acte.pdf", content)).size == len(content)


def test_document_with_embedded_pictures_and_a_table_is_accepted():
    table = packed("tableau.xlsx", xl__workbook_xml="<w/>").read()
    inside = {"word/embeddings/tableau.xlsx": table, "word/media/image1.jpeg": with_exif()}
    assert upload_checks.check_upload(packed("rapport.docx", word__document_xml="<w/>", **inside)).size


def test_empty_file_is_refused():
    with pytest.raises(ValidationError):
        upload_checks.check_upload(SimpleUploadedFile("vide.pdf", b""))


def test_file_at_its_size_limit_is_accepted():
    content = b"%PDF-1.7" + b"x" * 92

    assert upload_checks.check_upload(pdf(content=content), max_bytes=100).size == 100
    with pytest.raises(ValidationError):
        upload_checks.check_upload(pdf(content=content + b"x"), max_bytes=100)


def test_converted_photo_is_checked_again(monkeypatch):
    drawn = upload_checks.inspection.Picture(bytes(2_000_000), "JPEG", 1, 1, None)
    monkeypatch.setattr(upload_checks, "redrawn", lambda *args, **options: drawn)
    heic = SimpleUploadedFile("a.heic", taken("HEIF"))
    with pytest.raises(ValidationError, match="trop volumineux"):
        upload_checks.check_upload(heic, max_bytes=1_000_000)
    assert upload_checks.check_upload(heic).size == 2_000_000


def busy(name: str) -> str:
    return str(messages.BUSY % {"name": name})


def test_files_of_one_request_share_its_time_limit():
    with pytest.raises(ValidationError) as told:
        upload_checks.check_upload(pdf("a.pdf"), deadline=upload_checks.Deadline(0))
    assert told.value.messages == [busy("a.pdf")]


def test_file_stopped_by_the_shared_time_limit_is_not_blamed(monkeypatch):
    deadline = upload_checks.Deadline()

    def run_out(*args):
        deadline.ends = 0
        raise upload_checks.inspection.CannotOpen("took too long")

    monkeypatch.setattr(upload_checks.inspection, "inspect", run_out)
    with pytest.raises(ValidationError) as told:
        upload_checks.check_upload(pdf("a.pdf"), deadline=deadline)
    assert told.value.messages == [busy("a.pdf")]


def test_field_takes_only_its_file_types():
    with pytest.raises(ValidationError):
        upload_checks.check_upload(pdf(), extensions=["png"])
    assert upload_checks.check_upload(picture(), extensions=["png"])


@pytest.mark.parametrize(
    ("given", "cleaned"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\moi\\bail.pdf", "bail.pdf"),
        ("ma\u202efdp.pdf", "mafdp.pdf"),
        ("a\0b\n<c>.pdf", "abc.pdf"),
        (".pdf", "pdf"),
        ("É" * 300 + ".pdf", "É" * 146 + ".pdf"),
    ],
)
def test_file_names_are_cleaned(given, cleaned):
    assert upload_checks.clean_file_name(given) == cleaned


def test_empty_file_name_gets_a_default():
    with override("en"):
        assert upload_checks.clean_file_name("///") == "file"


# -- In the form session -------------------------------------------------------------------------------------
@pytest.fixture
def written_sizes(monkeypatch):
    """Record the sizes of the chunks of files that were written to disk."""
    found = []
    receive = upload_checks.TemporaryFileUploadHandler.receive_data_chunk
    monkeypatch.setattr(
        upload_checks.TemporaryFileUploadHandler,
        "receive_data_chunk",
        lambda self, data, start: found.append(len(data)) or receive(self, data, start),
    )
    return found


@pytest.fixture
def at_the_file_step(person):
    person.begin(_shown="pour lien", pour="autre", lien="fille")
    person.fill("identite")
    return person


def test_file_is_stored_privately_under_a_random_name(at_the_file_step):
    person = at_the_file_step

    assert person.post("procuration", piece=pdf()).url == person.url("contact")

    stored = StoredFile.objects.get()
    assert (stored.name, stored.content_type, stored.field) == ("procuration.pdf", "application/pdf", "piece")
    assert "procuration" not in stored.content.name
    assert storages["private"].exists(stored.content.name)
    assert not storages["default"].exists(stored.content.name)
    assert person.answers["piece"] == [{"id": str(stored.pk), "name": "procuration.pdf", "size": stored.size}]


def test_required_file_must_be_present(at_the_file_step):
    response = at_the_file_step.post("procuration")

    assert response.status_code == 200
    assert "#id_piece" in text(response)


def test_refused_file_gives_a_reason_and_the_valid_one_is_stored(at_the_file_step):
    person = at_the_file_step

    response = person.post(
        "procuration", piece=[pdf(), SimpleUploadedFile("page.html", b"<script>alert(1)</script>")]
    )

    assert response.status_code == 200
    assert "page.html" in text(response)
    assert [stored.name for stored in StoredFile.objects.all()] == ["procuration.pdf"]
    assert person.post("procuration").url == person.url("contact")


def test_huge_file_is_refused_without_filling_the_disk(at_the_file_step, settings, written_sizes):
    settings.UPLOAD_MAX_BYTES = 1000

    response = at_the_file_step.post("procuration", piece=pdf(content=b"%PDF-1.7" + b"x" * 200_000))

    assert response.status_code == 200
    assert "procuration.pdf" in text(response)
    assert sum(written_sizes) <= 1000
    assert not StoredFile.objects.exists()


class Travelling(io.RawIOBase):
    """A request body that is never in memory whole.

    It has a file of ``size`` bytes, generated while it is read, and a text after it.
    """

    def __init__(self, field: str, name: str, size: int):
        before = f'--X\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n%PDF-1.7'
        after = '\r\n--X\r\nContent-Disposition: form-data; name="website"\r\n\r\n\r\n--X--\r\n'
        self._parts = [before.encode(), size - len("%PDF-1.7"), after.encode()]
        self.size = len(before) + self._parts[1] + len(after)
        self.largest_read = 0

    def read(self, size=-1):
        assert size > 0  # never reads the whole body at once
        self.largest_read = max(self.largest_read, size)
        while self._parts and not self._parts[0]:
            self._parts.pop(0)
        if not self._parts:
            return b""
        part = self._parts[0]
        if isinstance(part, int):
            self._parts[0] -= min(size, part)
            return bytes(min(size, part))
        self._parts[0] = part[size:]
        return part[:size]


def test_upload_of_300_megabytes_is_refused_without_storing_it(
    at_the_file_step, written_sizes, settings, tmp_path
):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path  # other processes write into that of the system
    person, file = at_the_file_step, Travelling("piece", "plan.pdf", 300 * upload_checks.MB)
    before = getrusage(RUSAGE_SELF).ru_maxrss

    with override("en"):
        response = person.client.generic(
            "POST",
            person.url("procuration"),
            **{
                "wsgi.input": file,
                "CONTENT_TYPE": "multipart/form-data; boundary=X",
                "CONTENT_LENGTH": str(file.size),
            },
        )

    assert response.status_code == 200
    assert "“plan.pdf” is too large: at most 1\u00a0MB." in response.text
    assert (
        file.read(1) == b""
    )  # the whole body was read: a browser that is cut off shows only a connection error
    assert file.largest_read <= upload_checks.MB
    assert sum(written_sizes) <= 10 * upload_checks.MB
    assert (getrusage(RUSAGE_SELF).ru_maxrss - before) / 1024 < 60
    assert not StoredFile.objects.exists()
    assert [*tmp_path.iterdir()] == []


def test_many_files_cannot_fill_the_disk_and_the_excess_is_named(at_the_file_step, settings, written_sizes):
    settings.UPLOAD_MAX_BYTES = 1000
    many = [pdf(f"{number}.pdf", b"%PDF-1.7" + bytes([number]) * 900) for number in range(90)]

    with override("en"):
        response = at_the_file_step.post("procuration", piece=many)

    assert sum(written_sizes) <= 10 * 1000
    assert "“11.pdf”: these files are too much at once" in response.text
    assert StoredFile.objects.count() == 2


def test_staff_may_upload_larger_files(client, version, settings, written_sizes):
    settings.UPLOAD_MAX_BYTES = 1000
    client.force_login(UserFactory(is_staff=True))

    client.post(reverse("submissions:start", args=[version.form.slug]), {"x": pdf(content=b"x" * 5000)})

    assert sum(written_sizes) == 5000


def test_files_of_a_reply_on_a_case_cannot_fill_the_disk(client, db, settings, written_sizes):
    settings.UPLOAD_MAX_BYTES = 1000
    case = CaseFactory(asked=True)
    link = reverse("space:status", args=[StatusLink.objects.create(case=case).secret])

    page = client.post(
        f"{link}repondre/", {"text": "Voici.", "files": pdf(content=b"%PDF-1.7" + b"x" * 300_000)}
    )

    assert page.status_code == 422
    assert "Voici." in page.text
    assert sum(written_sizes) <= 1000


def test_upload_of_200_files_gets_an_error_page(at_the_file_step, client):
    person = at_the_file_step
    many = [pdf(f"{number}.pdf") for number in range(200)]

    assert person.post("procuration", piece=many).status_code == 413
    case = CaseFactory(asked=True)
    link = reverse("space:status", args=[StatusLink.objects.create(case=case).secret])
    assert (
        client.post(f"{link}repondre/", {"files": [pdf(f"{n}.pdf") for n in range(200)]}).status_code == 413
    )
    assert not StoredFile.objects.exists()


def test_reply_on_a_case_requires_a_csrf_token(db):
    case = CaseFactory(asked=True)
    link = reverse("space:status", args=[StatusLink.objects.create(case=case).secret])

    assert Client(enforce_csrf_checks=True).post(f"{link}repondre/", {"text": "Faux."}).status_code == 403
    assert not case.messages.filter(text="Faux.").exists()


def test_files_beyond_the_limit_are_refused_and_the_first_stored(at_the_file_step):
    person = at_the_file_step

    response = person.post("procuration", piece=[pdf("a.pdf"), pdf("b.pdf", b"%PDF-1.7 b"), picture()])

    assert response.status_code == 200
    assert [stored.name for stored in StoredFile.objects.all()] == ["a.pdf", "b.pdf"]


def test_same_file_twice_is_stored_once(at_the_file_step):
    at_the_file_step.post("procuration", piece=[pdf(), pdf()])

    assert StoredFile.objects.count() == 1


def test_removed_file_is_deleted_with_its_content(at_the_file_step, django_capture_on_commit_callbacks):
    person = at_the_file_step
    person.post("procuration", piece=pdf())
    stored = StoredFile.objects.get()

    with django_capture_on_commit_callbacks(execute=True):
        response = person.post("procuration", remove_file=str(stored.pk))

    assert response.status_code == 200
    assert not StoredFile.objects.exists()
    assert not storages["private"].exists(stored.content.name)
    assert person.answers["piece"] is None
    assert person.client.get(person.page("resume")).url == person.url("procuration")


@pytest.mark.parametrize("file_id", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_removing_an_unknown_file_changes_nothing(at_the_file_step, file_id):
    person = at_the_file_step
    person.post("procuration", piece=pdf())

    assert person.post("procuration", remove_file=file_id).status_code in (200, 302)
    assert StoredFile.objects.count() == 1


def test_file_of_another_draft_cannot_be_removed(at_the_file_step, client):
    at_the_file_step.post("procuration", piece=pdf())
    stored = StoredFile.objects.get()
    stored.draft = DraftFactory()
    stored.save()

    at_the_file_step.post("procuration", remove_file=str(stored.pk))

    assert StoredFile.objects.count() == 1


def test_files_of_asked_questions_belong_to_the_submission(at_the_file_step):
    person = at_the_file_step
    person.post("procuration", piece=pdf())
    person.fill("contact")
    person.fill("document")
    person.send()

    assert StoredFile.objects.get().submission == Submission.objects.get()


def test_files_of_hidden_questions_stay_with_the_draft(at_the_file_step):
    person = at_the_file_step
    person.post("procuration", piece=pdf())
    person.post("qui", _shown="pour lien", pour="moi")
    person.fill("contact")
    person.fill("document")
    person.send()

    submission = Submission.objects.get()
    assert "piece" not in submission.answers
    assert StoredFile.objects.get().submission is None


def test_file_is_stored_although_another_answer_is_invalid(client, db):
    from eservices.submissions.models import Draft
    from tests.factories.submissions import FormVersionFactory, certificate
    from tests.submissions.conftest import start_url

    content = certificate()
    content["steps"] = [
        {
            "key": "tout",
            "fields": [
                {"key": "nom", "type": "short_text", "required": True},
                {"key": "piece", "type": "files", "required": True},
            ],
        }
    ]
    version = FormVersionFactory(content=content)

    response = client.post(start_url(version), {"nom": "", "piece": pdf()})

    draft = Draft.objects.get()
    assert response.status_code == 200
    assert "procuration.pdf" in text(response)
    assert f"/d/{draft.secret}/" in text(response)
    assert "#id_nom" in text(response)


# -- Files that a killed process left ------------------------------------------------------------------------
def sweep_all_folders(when):
    """Run the job often enough, within an hour, for it to check all folders: each run checks one."""
    for look in range(256):
        delete_orphans(when + timedelta(seconds=15 * look))


def test_file_without_a_row_is_deleted_after_a_day(db, time_machine):
    storage = storages["private"]
    lost = storage.save("files/ab/ab" + "0" * 30, ContentFile(b"lost"))
    foreign = storage.save("files/ab/note.txt", ContentFile(b"not ours"))
    now = timezone.now()

    sweep_all_folders(now + timedelta(hours=20))
    assert storage.exists(lost)
    sweep_all_folders(now + timedelta(hours=25))
    assert not storage.exists(lost)
    assert storage.exists(foreign)
    storage.delete(foreign)


def test_row_without_an_owner_is_deleted_with_its_file(db):
    case = CaseFactory(asked=True)
    rows = [
        StoredFile(name="a.pdf", size=1),
        StoredFile(name="b.pdf", size=1),
        StoredFile(name="c.pdf", size=1),
    ]
    rows[1].draft = DraftFactory()
    for row in rows:
        row.content.save("x", ContentFile(b"x"), save=True)
    case.messages.create(text="Voici.").files.add(rows[2])

    delete_orphans(timezone.now() + timedelta(hours=25))

    assert set(StoredFile.objects.values_list("name", flat=True)) == {"b.pdf", "c.pdf"}
    assert not storages["private"].exists(rows[0].content.name)
    assert storages["private"].exists(rows[2].content.name)
