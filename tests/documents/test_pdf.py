"""What stands in the PDF of a document, read by other libraries than those that wrote it."""

import io
import re

import pytest
from django.urls import reverse
from django.utils.translation import gettext
from pypdf import PdfReader
from wagtail.rich_text import RichText

from eservices.documents.contrib.test import new_key
from tests.documents.qr_reader import modules_in, said
from tests.factories.documents import DocumentTemplateFactory, body, issued

pytestmark = pytest.mark.django_db


@pytest.fixture
def read() -> tuple:
    """A document, sealed, and its PDF."""
    document = issued()
    return document, PdfReader(io.BytesIO(document.content.read()))


def elements(node) -> list[tuple[str, dict]]:
    """The tree of tags from the top to the bottom: role and element."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        return [one for child in node for one in elements(child)]
    if not isinstance(node, dict) or "/S" not in node:
        return []  # what is marked on the page
    return [(node["/S"], node), *elements(node.get("/K", []))]


def fonts(resources) -> list[dict]:
    """Every font that a page, or a drawing in it, names."""
    found = [font.get_object() for font in resources.get("/Font", {}).values()]
    for drawing in resources.get("/XObject", {}).values():
        found += fonts(drawing.get_object().get("/Resources", {}))
    return found


def test_it_is_tagged_in_reading_order_with_titles_and_words_for_pictures(read):
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
    for page in pdf.pages:  # nothing on a page that is neither tagged nor said to be decoration
        bare = re.sub(rb"/\w+ ?<<.*?>> ?BDC.*?EMC", b"", page.get_contents().get_data(), flags=re.DOTALL)
        assert not re.search(rb"\b(TJ|Tj|Do|S|s|f|B|b)\b", bare), bare


def test_its_number_is_read_on_the_paper(read):
    document, pdf = read
    assert document.number in lines(pdf)


def test_every_font_in_it_is_embedded(read):
    _document, pdf = read
    found = [font for page in pdf.pages for font in fonts(page["/Resources"])]
    assert found
    for font in found:
        [inner] = font["/DescendantFonts"]
        described = inner.get_object()["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(described), font["/BaseFont"]
        assert "/ToUnicode" in font


def test_the_qr_code_on_it_leads_to_its_verification(read, client):
    document, pdf = read
    address = said(modules_in(pdf.pages[-1].get_contents().get_data().decode("latin-1")))
    assert address == document.verification_url
    page = client.get(address.removeprefix("http://testserver"))
    assert document.number in page.content.decode()


# -- What its words say --------------------------------------------------------------------------------------
RED = "a91d17"
ON_PAPER, ON_THE_PAGE = "Test seal: this document proves nothing.", "Test seal: it proves nothing."


@pytest.fixture
def own_key(settings, tmp_path):
    """A key of the commune's own."""
    path = tmp_path / "seal.p12"
    path.write_bytes(new_key("Commune d’Orvenay"))
    settings.SEAL_URL = f"pkcs12:{path}"


def reader(document) -> PdfReader:
    return PdfReader(io.BytesIO(document.content.read()))


def lines(pdf: PdfReader) -> list[str]:
    """What stands on the pages, line by line."""
    return [line.strip() for page in pdf.pages for line in page.extract_text().splitlines()]


def words(pdf: PdfReader) -> str:
    return one_line(" ".join(lines(pdf)))


def one_line(text: str) -> str:
    """With plain spaces: a reader need not tell which one was set."""
    return " ".join(text.split())


def colours(pdf: PdfReader) -> set[str]:
    """Every colour that something on the pages is filled with."""
    drawn = b" ".join(page.get_contents().get_data() for page in pdf.pages).decode("latin-1")
    found = re.findall(r"([\d.]+) ([\d.]+) ([\d.]+) scn\b", drawn)
    return {"".join(f"{round(float(part) * 255):02x}" for part in one) for one in found}


def verdict(client, document) -> str:
    return client.get(reverse("documents:verdict", args=[document.code])).content.decode()


def test_a_test_seal_is_said_in_red_on_paper_and_on_the_page_that_verifies(client):
    document = issued()
    pdf = reader(document)
    assert one_line(gettext(ON_PAPER)) in words(pdf)
    assert RED in colours(pdf)
    assert gettext(ON_THE_PAGE) in verdict(client, document)


def test_the_commune_s_own_seal_has_no_such_words_anywhere(client, own_key):
    document = issued()
    pdf = reader(document)
    assert one_line(gettext(ON_PAPER)) not in words(pdf)
    assert RED not in colours(pdf)
    page = verdict(client, document)
    assert document.number in page
    assert gettext(ON_THE_PAGE) not in page


SIGNED = {"signatory": "Nadia Rochat", "signatory_role": "Préposée au contrôle des habitants"}


def test_the_signature_stands_on_paper_below_the_text_with_the_function_under_the_name(own_key):
    DocumentTemplateFactory(**SIGNED, validity="Pour toute démarche.")
    said = lines(reader(issued()))
    name = said.index(SIGNED["signatory"])
    assert said[name + 1] == SIGNED["signatory_role"]
    assert name > next(number for number, line in enumerate(said) if "Pour toute démarche." in line)


def test_a_document_that_nobody_signs_has_no_place_for_it(own_key):
    DocumentTemplateFactory(signatory="", signatory_role=SIGNED["signatory_role"])
    assert SIGNED["signatory_role"] not in words(reader(issued()))


def test_lists_and_marks_stand_on_paper_as_they_were_written(own_key):
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


def test_without_lists_and_marks_there_are_none(own_key):
    DocumentTemplateFactory(body=body("Pour {register_name}."))
    pdf = reader(issued())
    roles = {role for role, _one in elements(pdf.trailer["/Root"]["/StructTreeRoot"]["/K"])}
    assert not roles & {"/L", "/LI"}
    assert marked(pdf) == {"bold": "", "italic": ""}


def marked(pdf: PdfReader) -> dict[str, str]:
    """What is set in bold and in italics, by the names of the fonts."""
    found = {"bold": "", "italic": ""}

    def visit(text, _matrix, _line, font, _size):
        name = (font or {}).get("/BaseFont", "").lower()
        for mark in found:
            if mark in name:
                found[mark] += text.strip()

    for page in pdf.pages:
        page.extract_text(visitor_text=visit)
    return found
