"""Content of a document's PDF, read by other libraries than those that wrote it."""

import io
import re

import pytest
from django.urls import reverse
from django.utils.translation import gettext
from pypdf import PdfReader
from wagtail.rich_text import RichText

from eservices.documents.contrib.test import new_key
from tests.documents.qr_reader import decoded_text, modules_in
from tests.factories.documents import DocumentTemplateFactory, body, issued

pytestmark = pytest.mark.django_db


@pytest.fixture
def read() -> tuple:
    """Return a sealed document and its PDF."""
    document = issued()
    return document, PdfReader(io.BytesIO(document.content.read()))


def elements(node) -> list[tuple[str, dict]]:
    """Return the tree of tags from top to bottom: role and element."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        return [one for child in node for one in elements(child)]
    if not isinstance(node, dict) or "/S" not in node:
        return []  # marked content of the page
    return [(node["/S"], node), *elements(node.get("/K", []))]


def fonts(resources) -> list[dict]:
    """Return every font of a page and of the drawings in it."""
    found = [font.get_object() for font in resources.get("/Font", {}).values()]
    for drawing in resources.get("/XObject", {}).values():
        found += fonts(drawing.get_object().get("/Resources", {}))
    return found


def test_pdf_is_tagged_in_reading_order_with_alt_texts(read):
    _document, pdf = read
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "fr"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    tree = elements(root["/StructTreeRoot"]["/K"])
    assert tree[0][0] == "/Document"
    titles = [(role, one.get("/T")) for role, one in tree if role in ("/H1", "/H2")]
    assert titles[:2] == [("/H1", "Attestation de domicile"), ("/H2", "Déclaré")]
    pictures = [one["/Alt"] for role, one in tree if role == "/Figure"]
    assert pictures == ["Armoiries\N{NO-BREAK SPACE}: Orvenay", "Code QR menant à la page de vérification"]
    assert {"/Table", "/TR", "/P", "/Link"} <= {role for role, _one in tree}
    for page in pdf.pages:  # everything on a page is either tagged or marked as decoration
        bare = re.sub(rb"/\w+ ?<<.*?>> ?BDC.*?EMC", b"", page.get_contents().get_data(), flags=re.DOTALL)
        assert not re.search(rb"\b(TJ|Tj|Do|S|s|f|B|b)\b", bare), bare


def test_pdf_shows_the_document_number(read):
    document, pdf = read
    assert document.number in lines(pdf)


def test_pdf_embeds_every_font(read):
    _document, pdf = read
    found = [font for page in pdf.pages for font in fonts(page["/Resources"])]
    assert found
    for font in found:
        [inner] = font["/DescendantFonts"]
        described = inner.get_object()["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(described), font["/BaseFont"]
        assert "/ToUnicode" in font


def test_qr_code_leads_to_the_verification_page(read, client):
    document, pdf = read
    address = decoded_text(modules_in(pdf.pages[-1].get_contents().get_data().decode("latin-1")))
    assert address == document.verification_url
    page = client.get(address.removeprefix("http://testserver"))
    assert document.number in page.content.decode()


# -- Texts ---------------------------------------------------------------------------------------------------
RED = "a91d17"
ON_PAPER, ON_THE_PAGE = (
    "Test seal: this document is not valid proof.",
    "Test seal: this document proves nothing.",
)


@pytest.fixture
def own_key(settings, tmp_path):
    """Set a seal key of the commune."""
    path = tmp_path / "seal.p12"
    path.write_bytes(new_key("Commune d’Orvenay"))
    settings.SEAL_URL = f"pkcs12:{path}"


def reader(document) -> PdfReader:
    return PdfReader(io.BytesIO(document.content.read()))


def lines(pdf: PdfReader) -> list[str]:
    """Return the text of the pages, line by line."""
    return [line.strip() for page in pdf.pages for line in page.extract_text().splitlines()]


def words(pdf: PdfReader) -> str:
    return one_line(" ".join(lines(pdf)))


def one_line(text: str) -> str:
    """Normalize spaces, because a reader cannot tell which kind was set."""
    return " ".join(text.split())


def colours(pdf: PdfReader) -> set[str]:
    """Return every fill colour on the pages."""
    drawn = b" ".join(page.get_contents().get_data() for page in pdf.pages).decode("latin-1")
    found = re.findall(r"([\d.]+) ([\d.]+) ([\d.]+) scn\b", drawn)
    return {"".join(f"{round(float(part) * 255):02x}" for part in one) for one in found}


def verdict(client, document) -> str:
    return client.get(reverse("documents:verdict", args=[document.code])).content.decode()


def test_test_seal_is_marked_in_red_and_on_the_verification_page(client):
    document = issued()
    pdf = reader(document)
    assert one_line(gettext(ON_PAPER)) in words(pdf)
    assert RED in colours(pdf)
    assert gettext(ON_THE_PAGE) in verdict(client, document)


def test_own_seal_has_no_test_marks(client, own_key):
    document = issued()
    pdf = reader(document)
    assert one_line(gettext(ON_PAPER)) not in words(pdf)
    assert RED not in colours(pdf)
    page = verdict(client, document)
    assert document.number in page
    assert gettext(ON_THE_PAGE) not in page


SIGNED = {"signatory": "Nadia Rochat", "signatory_role": "Préposée au contrôle des habitants"}


def test_signatory_is_below_the_text_with_name_and_function(own_key):
    DocumentTemplateFactory(**SIGNED, validity="Pour toute démarche.")
    said = lines(reader(issued()))
    name = said.index(SIGNED["signatory"])
    assert said[name + 1] == SIGNED["signatory_role"]
    assert name > next(number for number, line in enumerate(said) if "Pour toute démarche." in line)


def test_document_without_signatory_has_no_signature_block(own_key):
    DocumentTemplateFactory(signatory="", signatory_role=SIGNED["signatory_role"])
    assert SIGNED["signatory_role"] not in words(reader(issued()))


def test_lists_and_marks_are_printed_as_written(own_key):
    html = (
        "<p>Pour <b>{nom}</b> et <i>toute</i> sa suite.</p>"
        "<ol><li>Une pièce</li><li>Deux pièces</li></ol><ul><li>Un chien</li><li>Un <b>chat</b></li></ul>"
    )
    part = {"heading": "Valeur", "text": RichText(html), "condition": None}
    DocumentTemplateFactory(body=[("part", part)], tells_register=False)
    pdf = reader(issued())
    said = words(pdf)
    for line in (
        "Pour Marchetti et toute sa suite.",
        "1. Une pièce",
        "2. Deux pièces",
        "• Un chien",
        "• Un chat",
    ):
        assert line in said
    roles = [role for role, _one in elements(pdf.trailer["/Root"]["/StructTreeRoot"]["/K"])]
    assert (roles.count("/L"), roles.count("/LI")) == (2, 4)
    assert marked(pdf) == {"bold": "Marchettichat", "italic": "toute"}


def test_document_without_lists_and_marks_has_none(own_key):
    DocumentTemplateFactory(body=body("Pour {register_name}."))
    pdf = reader(issued())
    roles = {role for role, _one in elements(pdf.trailer["/Root"]["/StructTreeRoot"]["/K"])}
    assert not roles & {"/L", "/LI"}
    assert marked(pdf) == {"bold": "", "italic": ""}


def marked(pdf: PdfReader) -> dict[str, str]:
    """Return what is set in bold and in italics, by the names of the fonts."""
    found = {"bold": "", "italic": ""}

    def visit(text, _matrix, _line, font, _size):
        name = (font or {}).get("/BaseFont", "").lower()
        for mark in found:
            if mark in name:
                found[mark] += text.strip()

    for page in pdf.pages:
        page.extract_text(visitor_text=visit)
    return found
