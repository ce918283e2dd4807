"""What stands in the PDF of a document, read by other libraries than those that wrote it."""

import io
import re

import pytest
from pypdf import PdfReader

from tests.factories.documents import issued

from .qr import modules_in, said

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
    assert titles[:2] == [("/H1", "Attestation de domicile"), ("/H2", "Ce qui est déclaré")]
    pictures = [one["/Alt"] for role, one in tree if role == "/Figure"]
    assert pictures == ["Armoiries\N{NO-BREAK SPACE}: Orvenay", "Code QR menant à la page de vérification"]
    assert {"/Table", "/TR", "/P", "/Link"} <= {role for role, _one in tree}
    for page in pdf.pages:  # nothing on a page that is neither tagged nor said to be decoration
        bare = re.sub(rb"/\w+ ?<<.*?>> ?BDC.*?EMC", b"", page.get_contents().get_data(), flags=re.DOTALL)
        assert not re.search(rb"\b(TJ|Tj|Do|S|s|f|B|b)\b", bare), bare


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
