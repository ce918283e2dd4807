"""Harmless and harmful files, built in the tests and never stored in the repository."""

import io
import zipfile
import zlib

import pillow_heif
from PIL import Image as Drawn
from PIL import ImageCms
from PIL.PngImagePlugin import PngInfo

from home.untrusted_files.inspect_file import PARTS

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(
    500
)  # an OLE compound file, the container of macros and embedded objects
VBA = OLE + "_VBA_PROJECT".encode("utf-16-le")
WRITTEN = "Telefon"  # camera's make in the EXIF
XMP = b"<x:xmpmeta><rdf:RDF>Telefon</rdf:RDF></x:xmpmeta>"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def packed(parts: dict[str, str | bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, inside in parts.items():
            archive.writestr(name, inside)
    return content.getvalue()


def docx(**parts: str | bytes) -> bytes:
    """Return a Word document; more parts as ``settings_rels="…"``, or by their path in ``**{}``."""
    return packed({"word/document.xml": "<w:document/>"} | parts)


def xlsx(**parts: str | bytes) -> bytes:
    return packed({"xl/workbook.xml": "<workbook/>"} | parts)


def open_document(extension: str = "odt", **parts: str | bytes) -> bytes:
    return packed({"mimetype": PARTS[extension][1]} | parts)


def relation(kind: str, target: str, *, external: bool = True) -> str:
    mode = ' TargetMode="External"' if external else ""
    return f'<Relationships><Relationship Id="r1" Type="{RELATIONS}/{kind}" Target="{target}"{mode}/></Relationships>'


def paper(*objects: bytes, trailer: bytes = b"") -> bytes:
    """Return a PDF of these objects, numbered from 1; the first is its catalogue."""
    body, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return (
        body
        + b"xref\n0 %d\n0000000000 65535 f \n%strailer << /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n"
        % (
            size,
            table,
            size,
            trailer,
            len(body),
        )
    )


def stream(content: bytes, about: bytes = b"") -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (about, len(content), content)


def object_stream(content: bytes) -> bytes:
    return stream(zlib.compress(content), b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode")


def opening(action: bytes) -> bytes:
    return paper(b"<< /Type /Catalog /OpenAction %s >>" % action)


def endless_paper(levels: int = 9, width: int = 30) -> bytes:
    """Return a PDF of three kilobytes whose page draws a form that draws thirty that draw thirty, and so on."""
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R"
        b" /Resources << /XObject << /F 5 0 R >> >> >>",
        stream(b"/F Do"),
    ]
    for level in range(levels):
        is_last = level == levels - 1
        inner = b"" if is_last else b"/Resources << /XObject << /F %d 0 R >> >>" % (6 + level)
        drawn = b"0 0 500 500 re f" if is_last else b"/F Do " * width
        parts.append(stream(drawn, b"/Type /XObject /Subtype /Form /BBox [0 0 600 800] " + inner))
    return paper(*parts)


def taken(format_name: str, *, orientation: int = 6) -> bytes:
    """Return a photo of 60 × 30 pixels as from a camera: rotated, with its place and a colour profile."""
    exif = Drawn.Exif()
    exif[0x0112], exif[0x010F] = orientation, WRITTEN
    exif.get_ifd(0x8825).update({1: "N", 2: (46.0, 30.0, 36.0), 3: "E", 4: (6.0, 29.0, 53.0)})
    colours = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    more = {"exif": exif, "icc_profile": colours}
    if format_name == "PNG":
        more["pnginfo"] = PngInfo()
        more["pnginfo"].add_itxt("XML:com.adobe.xmp", XMP.decode())
    elif format_name != "HEIF":
        more["xmp"] = XMP
    if format_name == "HEIF":
        pillow_heif.register_heif_opener()
    written = io.BytesIO()
    Drawn.new("RGB", (60, 30), "red").save(written, format_name, **more)
    return written.getvalue()
