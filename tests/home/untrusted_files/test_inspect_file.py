"""Inspection of uploaded files by their content, whatever the names of their parts."""

import io
import time
import zlib

import pypdf
import pytest
import typst

from home.untrusted_files import inspect_file
from home.untrusted_files.inspect_file import Refused
from tests.factories.files import (
    OLE,
    VBA,
    docx,
    object_stream,
    open_document,
    opening,
    packed,
    paper,
    relation,
    stream,
    xlsx,
)

SETTINGS = "word/_rels/settings.xml.rels"
CATALOGUE = b"<< /Type /Catalog >>"


def inspect(content: bytes, extension: str) -> set[str]:
    return inspect_file.inspect(io.BytesIO(content), extension, 1_000_000)


def field(*runs: str) -> str:
    """Build a Word field whose instruction is split over runs."""
    edge = '<w:fldChar w:fldCharType="{}"/>'
    texts = "".join(f"<w:r><w:instrText xml:space='preserve'>{run}</w:instrText></w:r>" for run in runs)
    return f"<w:p>{edge.format('begin')}{texts}{edge.format('end')}</w:p>"


TYPES = '<Types><Override PartName="/word/document.xml" ContentType="application/vnd.ms-word.{}"/></Types>'
MACROS = {
    "renamed-part.docx": docx(**{"word/media/image1.png": VBA}),
    "vba-relation.docx": docx(
        **{"word/_rels/document.xml.rels": relation("vbaProject", "x.bin", external=False)}
    ),
    "docm.docx": docx(**{"[Content_Types].xml": TYPES.format("document.macroEnabled.main+xml")}),
    "macro-sheet.xlsx": xlsx(
        **{"xl/_rels/workbook.xml.rels": relation("xlMacrosheet", "m.xml", external=False)}
    ),
    "within.docx": docx(**{"word/embeddings/t.xlsx": xlsx(**{"xl/other.bin": VBA})}),
    "basic.odt": open_document(**{"Basic/Standard/Module1.xml": "<script:module>Sub Main</script:module>"}),
    "event.odt": open_document(
        **{"content.xml": "<office:scripts><script:event-listener/></office:scripts>"}
    ),
    "prefix.odt": open_document(
        **{"content.xml": "<x:module xmlns:x='http://openoffice.org/2000/script'>Sub Main</x:module>"}
    ),
    "angle.docx": docx(
        **{
            "word/_rels/document.xml.rels": "<r><é:Relationship Id='>' Type='x/vba&#80;roject' Target='x'/></r>"
        }
    ),
    "link.ods": open_document(
        "ods", **{"content.xml": "<a xlink:href='vnd.sun.star.script:x?language=Basic'/>"}
    ),
}
EMBEDDED = {
    "ole.docx": docx(**{"word/embeddings/oleObject1.bin": OLE}),
    "ole-elsewhere.docx": docx(**{SETTINGS: relation("oleObject", "https://evil.example/a")}),
    "control.xlsx": xlsx(
        **{"xl/worksheets/_rels/sheet1.xml.rels": relation("control", "c.xml", external=False)}
    ),
    "ole.odt": open_document(**{"content.xml": "<draw:object-ole xlink:href='./Object 1'/>"}),
    "script.odt": open_document(**{"Scripts/python/a.py": "print()"}),
    "program.pdf": paper(
        CATALOGUE, b"<< /F (facture.exe) /EF << /F 3 0 R >> >>", stream(b"x", b"/Type /EmbeddedFile")
    ),
}
DDE = {
    "field.docx": packed({"word/document.xml": field("DDE", "AUTO c:\\x")}),
    "simple.docx": packed({"word/document.xml": '<w:fldSimple w:instr=" DDEAUTO c:\\x "/>'}),
    "utf16.docx": packed({"word/document.xml": '<w:fldSimple w:instr=" DDE c "/>'.encode("utf-16")}),
    "numbers.docx": packed({"word/document.xml": field("QUOTE 68 68 69 65 85 84 79")}),
    "link.xlsx": xlsx(
        **{"xl/externalLinks/externalLink1.xml": "<externalLink><ddeLink ddeService='cmd'/></externalLink>"}
    ),
    "formula.xlsx": xlsx(**{"xl/worksheets/sheet1.xml": "<c><f>cmd|' /C calc'!A0</f></c>"}),
    "angle.docx": packed({"word/document.xml": '<w:fldSimple a=">" w:instr=" DDEAUTO c:\\x "/>'}),
    "cdata.docx": packed({"word/document.xml": field("<![CDATA[DDE]]>", "AUTO c:\\x")}),
    "prefix.docx": packed({"word/document.xml": '<é1:fldSimple xmlns:é1="w" é1:instr="DDE x"/>'}),
    "reference.docx": packed({"word/document.xml": '<w:fldSimple w:instr="&#68;DE c"/>'}),
    "bar.xlsx": xlsx(**{"xl/worksheets/sheet1.xml": "<c><x:f>cmd&#124;'/C calc'&#33;A0</x:f></c>"}),
    "name.xlsx": xlsx(**{"xl/workbook.xml": "<w><definedName>cmd|'/C calc'!A0</definedName></w>"}),
    "formula.ods": open_document(
        "ods", **{"content.xml": '<table:table-cell table:formula=\'of:=DDE("a";"b")\'/>'}
    ),
}
TEMPLATES = {
    "web.docx": docx(**{SETTINGS: relation("attachedTemplate", "https://evil.example/t.dotm")}),
    "share.docx": docx(**{SETTINGS: relation("attachedTemplate", "file:///\\\\evil\\t.dotm")}),
    "slashes.docx": docx(**{SETTINGS: relation("attachedTemplate", "//evil/t.dotm")}),
}
SCRIPTS = {
    "javascript.pdf": opening(b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"),
    "escaped.pdf": opening(b"<< /S /Java#53cript /J#53 (x) >>"),
    "launch.pdf": opening(b"<< /S /Launch /F (cmd.exe) >>"),
    "object-stream.pdf": paper(
        b"<< /OpenAction 5 0 R >>", object_stream(b"5 0 << /S /JavaScript /JS (x) >>")
    ),
    "escaped-stream.pdf": paper(
        b"<< /OpenAction 5 0 R >>",
        object_stream(b"5 0 << /S /JavaScript >>").replace(b"/ObjStm", b"/Obj#53tm"),
    ),
    "behind-a-comment.pdf": paper(CATALOGUE + b"\n% stream\n", b"<< /S /JavaScript >>", b"% endstream"),
}


@pytest.mark.parametrize(
    ("reason", "name", "content"),
    [
        (reason, name, content)
        for reason, files in {
            "macros": MACROS,
            "embedded": EMBEDDED,
            "dde": DDE,
            "template": TEMPLATES,
            "scripts": SCRIPTS,
        }.items()
        for name, content in files.items()
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_active_content_is_refused(reason, name, content):
    with pytest.raises(Refused, match=reason):
        inspect(content, name.rpartition(".")[2])


@pytest.mark.parametrize(
    ("name", "content", "cautions"),
    [
        ("link.docx", docx(**{SETTINGS: relation("hyperlink", "https://orvenay.example")}), set()),
        (
            "own-template.docx",
            docx(**{SETTINGS: relation("attachedTemplate", "file:///C:\\Modele.dotx")}),
            set(),
        ),
        ("page.docx", packed({"word/document.xml": field(" PAGE ")}), set()),
        ("table.docx", docx(**{"word/embeddings/t.xlsx": xlsx()}), set()),
        ("sum.xlsx", xlsx(**{"xl/worksheets/sheet1.xml": "<c><f>SUM(Feuil2!A1:B2)</f></c>"}), set()),
        (
            "plain.odt",
            open_document(**{"content.xml": "<o><office:scripts/><text:a xlink:href='https://x'/></o>"}),
            set(),
        ),
        ("picture.docx", docx(**{SETTINGS: relation("image", "https://x.example/i.png")}), {"external"}),
        (
            "picture.odt",
            open_document(**{"content.xml": "<draw:image xlink:href='https://x/i'/>"}),
            {"external"},
        ),
        ("view.pdf", opening(b"[3 0 R /Fit]"), set()),
        ("link.pdf", paper(CATALOGUE, b"<< /S /URI /URI (https://x.example) >>"), set()),
        ("printed.pdf", typst.compile(b"= Bail"), set()),
        ("site.pdf", opening(b"<< /S /URI /URI (https://x.example) >>"), {"external"}),
        ("annex.pdf", paper(CATALOGUE, stream(b"x", b"/Type /EmbeddedFile")), {"attachments"}),
        ("odd.pdf", paper(CATALOGUE, stream(b"x", b"/Type /ObjStm")), {"unreadable"}),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_ordinary_document_is_accepted_with_its_cautions(name, content, cautions):
    assert inspect(content, name.rpartition(".")[2]) == cautions


@pytest.mark.parametrize(
    "content",
    [
        packed({"word/document.xml": '<!DOCTYPE d [<!ENTITY a "DDE x">]><d><f instr="&a;"/></d>'}),
        packed({"word/document.xml": '<!DOCTYPE d SYSTEM "https://evil.example/d.dtd"><d/>'}),
        packed({"word/document.xml": "<w:document><w:p></w:document>"}),
        packed({"word/document.xml": "<w:fldSimple w:instr='DDE x' x:instr='PAGE'/>"}),
    ],
    ids=["entity", "type", "malformed", "twice"],
)
def test_markup_that_programs_read_differently_is_refused(content):
    with pytest.raises(Refused, match="damaged"):
        inspect(content, "docx")


MANIFEST = "META-INF/manifest.xml"
TYPED = '<!DOCTYPE manifest:manifest PUBLIC "-//OpenOffice.org//DTD Manifest 1.0//EN" "Manifest.dtd"><m/>'


@pytest.mark.parametrize(
    ("extension", "parts", "cautions"),
    [
        ("odt", {MANIFEST: TYPED, "Configurations2/accelerator/current.xml": ""}, set()),
        ("odt", {MANIFEST: "<m><m:encryption-data/></m>", "content.xml": b"\x80\x81"}, {"locked"}),
        ("odp", {"content.xml": "<a><p:event-listener p:action='next-page'/></a>"}, set()),
        ("docx", {"word/document.xml": "<w/>", "word/vmlDrawing1.vml": "<xml><br></xml>"}, set()),
    ],
    ids=["old", "locked", "pages", "vml"],
)
def test_ordinary_markup_is_accepted(extension, parts, cautions):
    content = packed(parts) if extension == "docx" else open_document(extension, **parts)
    assert inspect(content, extension) == cautions


HIDDEN = b"5 0 << /S /JavaScript /JS (x) >>"
ALL = b"/Type /ObjStm /N 1 /First 4 "
PREDICTED = zlib.compress(b"\x02" + HIDDEN)


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (ALL + b"/Filter [/ASCIIHexDecode /FlateDecode]", zlib.compress(HIDDEN).hex().encode()),
        (ALL + b"/Filter [/FlateDecode /FlateDecode]", zlib.compress(zlib.compress(HIDDEN))),
        (ALL + b"/Filter /FlateDecode /Filter /ASCII85Decode", b"x"),
        (ALL + b"/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 32 >>", PREDICTED),
        (b"/N 1 /First 4 /Filter [/AHx /Fl] % 1 0 obj\n", zlib.compress(HIDDEN).hex().encode()),
        (b"/N 1 /First 4 /Filter 7 0 R /X (1 0 obj)", b"x"),
    ],
    ids=["two", "twice", "double", "predictor", "comment", "elsewhere"],
)
def test_objects_with_unusual_filters_are_reported_unreadable(head, body):
    assert inspect(paper(b"<< /OpenAction 5 0 R >>", stream(body, head)), "pdf") == {"unreadable"}


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (ALL + b"/Filter /FlateDecode", zlib.compress(HIDDEN)[:-4]),
        (b"/N 1 /First 4 /Filter /FlateDecode", zlib.compress(HIDDEN)),
        (b"/N 1 /F#69rst 4 /Filter [ /FlateDecode ]", zlib.compress(HIDDEN)),
        (b"/N 1 /First 4", HIDDEN),
    ],
    ids=["cut", "untyped", "escaped", "plain"],
)
def test_objects_are_found_where_pdf_readers_find_them(head, body):
    with pytest.raises(Refused, match="scripts"):
        inspect(paper(b"<< /OpenAction 5 0 R >>", stream(body, head)), "pdf")


def test_truncated_objects_are_reported_unreadable():
    body = zlib.compress(b"5 0 << /Type /Annot >>")[:-4]
    assert inspect(paper(CATALOGUE, stream(body, ALL + b"/Filter /FlateDecode")), "pdf") == {"unreadable"}


def test_opening_actions_are_searched_in_linear_time():
    content = paper(CATALOGUE) + b"/OpenAction<<" * 200_000
    begun = time.process_time()
    assert inspect(content, "pdf") == {"external"}
    assert time.process_time() - begun < 4


@pytest.mark.parametrize(
    ("reason", "name", "content"),
    [
        ("macros", "a.doc", VBA),
        ("macros", "a.txt", VBA),
        ("damaged", "a.txt", OLE),
        ("embedded", "a.xls", OLE + "\x01Ole10Native".encode("utf-16-le")),
        ("embedded", "a.rtf", b"{\\rtf1 {\\object\\objdata 01}}"),
        ("template", "a.rtf", b"{\\rtf1 {\\*\\template https://evil.example/t.dotm}}"),
        ("dde", "a.doc", b"{\\rtf1 {\\field{\\*\\fldinst DDEAUTO c}}}"),
        ("embedded", "a.zip", packed({"a.exe": "x"})),
        ("macros", "a.zip", packed({"a.docm": docx(**{"word/vbaProject.bin": VBA})})),
        ("embedded", "a.csv", b"MZ\x90\x00"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_older_formats_are_inspected_by_content(reason, name, content):
    with pytest.raises(Refused, match=reason):
        inspect(content, name.rpartition(".")[2])


@pytest.mark.parametrize(
    ("extension", "content"),
    [("doc", OLE), ("rtf", b"{\\rtf1 Bail}"), ("zip", packed({"a.txt": "x"})), ("csv", b"a;b"), ("txt", b"")],
    ids=["doc", "rtf", "zip", "csv", "empty"],
)
def test_older_formats_without_programs_are_accepted(extension, content):
    assert inspect(content, extension) == set()


def protected(password: str, *, script: bool) -> bytes:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(200, 200)
    if script:
        name = pypdf.generic.NameObject
        action = {name("/S"): name("/JavaScript"), name("/JS"): pypdf.generic.TextStringObject("x")}
        writer.root_object[name("/OpenAction")] = pypdf.generic.DictionaryObject(action)
    writer.encrypt(password, "owner", algorithm="AES-256")
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def test_encrypted_pdf_without_password_is_inspected():
    assert inspect(protected("", script=False), "pdf") == set()
    assert inspect(protected("secret", script=False), "pdf") == {"locked"}
    with pytest.raises(Refused, match="scripts"):
        inspect(protected("", script=True), "pdf")


def test_object_stream_that_expands_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(inspect_file, "MOST_READ", 1000)
    with pytest.raises(Refused, match="bomb"):
        inspect(paper(CATALOGUE, object_stream(b" " * 2000)), "pdf")
