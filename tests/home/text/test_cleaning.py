"""Cleaning of texts pasted from Word, Outlook and Google: link wrappers and document anchors are removed."""

import json
import re

import pytest
from django.urls import reverse

from eservices.catalogue.definition.files import parse_definition
from home.models import ContentPage
from home.text.cleaning import unwrapped, without_office_marks, without_wrappers
from tests.factories.accounts import SuperuserFactory
from tests.factories.home import ContentPageFactory
from tests.factories.wagtail_forms import page_form

REAL = "https://www.vd.ch/permis?a=1&b=2"
SAFE_LINK = (
    "https://eur03.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.vd.ch%2Fpermis%3Fa%3D1%26b%3D2"
    "&data=05%7C02%7Chans%40orvenay.example%7Cabc&sdata=xyz%3D&reserved=0"
)
ADMIN = "http://testserver/admin/pages/5/edit/"


@pytest.mark.parametrize(
    ("wrapped", "real"),
    [
        (SAFE_LINK, REAL),
        (f"https://www.google.com/url?q={REAL.replace('&', '%26')}&sa=D&source=docs", REAL),
        ("https://www.google.ch/url?sa=t&url=https%3A%2F%2Fwww.vd.ch%2F&usg=x", "https://www.vd.ch/"),
        (
            "https://urldefense.proofpoint.com/v2/url?u=https-3A__www.vd.ch_permis-3Fa-3D1-26b-3D2&d=DwMF&c=x",
            REAL,
        ),
        ("https://urldefense.com/v3/__https://www.vd.ch/permis?a=1*b=2__;Jg!!AbC!xyz$", REAL),
        (
            "https://urldefense.com/v3/__https://www.vd.ch/l**Ae__;w6nDqQ!!x!y$",
            "https://www.vd.ch/l%C3%A9%C3%A9e",
        ),
        ("https://urldefense.com/v3/__https://www.vd.ch/permis?a=1&amp;b=2__;!!AbC!xyz$", REAL),
        (
            "https://statics.teams.cdn.office.net/evergreen-assets/safelinks/2/atp-safelinks.html"
            "?url=https%3A%2F%2Fwww.vd.ch%2Fpermis%3Fa%3D1%26b%3D2&locale=fr-fr",
            REAL,
        ),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fwww.vd.ch%2F&h=AT0", "https://www.vd.ch/"),
        ("https://secure-web.cisco.com/1abc-d/https%3A%2F%2Fwww.vd.ch%2F", "https://www.vd.ch/"),
        (
            SAFE_LINK.replace("https%3A%2F%2Fwww.vd.ch%2Fpermis%3Fa%3D1%26b%3D2", "mailto%3Aa%40b.ch"),
            "mailto:a@b.ch",
        ),
    ],
    ids=[
        "safelinks",
        "google docs",
        "google",
        "proofpoint 2",
        "proofpoint 3",
        "runs",
        "proofpoint 3 in marks",
        "teams",
        "facebook",
        "cisco",
        "mailto",
    ],
)
def test_wrapped_address_is_unwrapped(wrapped, real):
    assert unwrapped(wrapped) == real
    assert without_wrappers(f"Voir {wrapped} ici.") == f"Voir {real} ici."


def test_nested_wrappers_are_unwrapped():
    from urllib.parse import quote

    assert unwrapped(f"https://www.google.com/url?q={quote(SAFE_LINK, safe='')}") == REAL


@pytest.mark.parametrize(
    "address",
    [
        "https://www.google.com/maps?q=Orvenay",
        "https://www.google.com/search?q=https://www.vd.ch",
        "https://eur03.safelinks.protection.outlook.com/?data=x",
        "https://eur03.safelinks.protection.outlook.com/?url=javascript%3Aalert(1)",
        "https://www.google.com/url?q=/relative",
        "https://[::1",
        "https://urldefense.com/v3/__https://x__;%%!",
    ],
)
def test_address_without_wrapped_address_stays(address):
    assert unwrapped(address) == address


def test_unwrapped_address_is_escaped_for_surrounding_text():
    bad = "https://www.google.com/url?q=https%3A%2F%2Fx.ch%2F%22%3E%3Cb%3E%5C%0A"
    posted = json.dumps({"url": bad})
    assert json.loads(without_wrappers(posted))["url"] == "https://x.ch/%22%3E%3Cb%3E%5C%0A"


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        (f'<p>Le port<a href="{ADMIN}#_ftn1">[1]</a> ouvre.</p>', "<p>Le port[1] ouvre.</p>"),
        (f'<p><a href="{ADMIN}#_ftnref1">[1]</a> Dès mai.</p>', "<p>[1] Dès mai.</p>"),
        ('<p>a<a href="#sdfootnote1sym">1</a></p>', "<p>a1</p>"),
        (f'<p><a href="{ADMIN}#_Toc123">Taxes</a></p>', "<p>Taxes</p>"),
        (f'<p>Le port<a href="{ADMIN}#_msocom_1">[HK1]</a> ouvre.</p>', "<p>Le port ouvre.</p>"),
        (
            f'<p>Un</p><p data-block-key="b"><b><a href="{ADMIN}#_msoanchor_1">[HK1]</a></b>Demander au chef !</p>',
            "<p>Un</p>",
        ),
        ('<p>a<a href="#cmnt1">[a]</a></p><p><a href="#cmnt_ref1">[a]</a>Vrai ?</p>', "<p>a</p>"),
        ('<p><a href="https://x.ch/a#_ftn1">x</a></p>', '<p><a href="https://x.ch/a#_ftn1">x</a></p>'),
        ('<p><a href="/port/#horaires">Horaires</a></p>', '<p><a href="/port/#horaires">Horaires</a></p>'),
        ('<p><a linktype="page" id="3">Le port</a></p>', '<p><a linktype="page" id="3">Le port</a></p>'),
        (
            f'<p><a href="{SAFE_LINK.replace("&", "&amp;")}">permis</a></p>',
            '<p><a href="https://www.vd.ch/permis?a=1&amp;b=2">permis</a></p>',
        ),
    ],
)
def test_office_anchors_and_comments_are_removed(html, clean):
    assert without_office_marks(html) == clean


def test_pasted_office_text_is_cleaned_when_saved(client, home):
    page = ContentPageFactory(parent=home, body=[("text", "<p>Un</p>")])
    client.force_login(SuperuserFactory())
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    shared = page_form(client, url)
    [written] = [name for name in shared if name.startswith("body-0-value")]
    links = {"0": f"{ADMIN}#_ftn1", "1": f"{ADMIN}#_msocom_1", "2": SAFE_LINK}
    text = "Note[1] dit[HK1] permis"
    block = {
        "key": "a1",
        "text": text,
        "type": "unstyled",
        "depth": 0,
        "inlineStyleRanges": [],
        "entityRanges": [
            {"key": key, "offset": text.index(words), "length": len(words)}
            for key, words in enumerate(["[1]", "[HK1]", "permis"])
        ],
    }
    entities = {
        key: {"type": "LINK", "mutability": "MUTABLE", "data": {"url": link}} for key, link in links.items()
    }
    posted = {written: json.dumps({"blocks": [block], "entityMap": entities}), "lead": f"Voir {SAFE_LINK}"}
    client.post(url, shared | posted)
    draft = ContentPage.objects.get(pk=page.pk).get_latest_revision_as_object()
    source = re.sub(r' data-block-key="\w+"', "", draft.body[0].value.source)
    assert source == '<p>Note[1] dit <a href="https://www.vd.ch/permis?a=1&amp;b=2">permis</a></p>'
    assert draft.lead == f"Voir {REAL}"


@pytest.mark.parametrize(
    "link",
    [
        "http://testserver/admin/pages/5/edit/",
        "https://protect-eu.mimecast.com/s/abc",
    ],
)
def test_link_to_admin_or_wrapper_blocks_publication(client, home, link):
    body = [("text", f'<p><a href="{link}">ici</a></p>')]
    page = ContentPageFactory(parent=home, live=False, body=body)
    client.force_login(SuperuserFactory())
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    shown = client.post(url, page_form(client, url) | {"action-publish": "1"}, follow=True)
    assert not ContentPage.objects.get(pk=page.pk).live
    assert link.removesuffix("/") in shown.text


def test_imported_definition_with_escaped_ampersand_is_cleaned():
    content = json.dumps({"steps": [f"Voir {SAFE_LINK}"]}).replace("&", "\\u0026")
    assert parse_definition(content.encode()) == {"steps": [f"Voir {REAL}"]}


def test_imported_definition_has_unwrapped_addresses():
    assert parse_definition(json.dumps({"intro": f"Voir {SAFE_LINK}"}).encode()) == {"intro": f"Voir {REAL}"}
