"""Import of an export of WordPress, with all that it contains."""

from datetime import UTC, datetime

import pytest
from django.utils.translation import override
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page

from home.models import ContentPage, SectionPage
from mysite.site_import import actions
from mysite.site_import.import_steps import work_on
from mysite.site_import.models import ImportedObject
from news.agenda.models import EventPage
from news.articles.models import NewsPage
from tests.factories.home import ContentPageFactory

from .old_sites import EXAMPLES, codes, imported, outcomes, tried, wordpress_zip

EXPORT = {"content": wordpress_zip(), "name": "export.zip"}


def test_trial_run_reports_every_object_and_changes_nothing(home):
    pages, redirects = Page.objects.count(), Redirect.objects.count()
    found = tried("wordpress", home, **EXPORT)
    assert found.state == "reported", found.error
    assert outcomes(found) == {
        "Vivre à Verdane": "created",
        "Déchèterie": "created",
        "Travaux à la rue du Lac": "created",
        "Brouillon": "left_out",
        "Fête du village": "created",
        "reglement": "created",
        "benne": "created",
        "inutile": "left_out",
        "/poubelles": "created",
        "/anciens-dechets/": "created",
    }
    assert codes(found, "Déchèterie") == {
        *("removed", "shortcode", "heading_levels", "old_site_link", "rule:empty_words"),
    }
    assert {"comments", "new_category", "rule:no_alt"} <= codes(found, "Travaux à la rue du Lac")
    assert (Page.objects.count(), Redirect.objects.count()) == (pages, redirects)
    assert not ImportedObject.objects.exists()
    assert not get_image_model().objects.exists()


def test_pages_files_and_redirects_are_imported(home, client):
    found = imported("wordpress", home, **EXPORT, publish=True)
    assert "failed" not in outcomes(found).values()
    section, page = (
        SectionPage.objects.get(title="Vivre à Verdane"),
        ContentPage.objects.get(title="Déchèterie"),
    )
    assert page.get_parent().specific == section
    assert page.live, found.items.get(title="Déchèterie").remark_texts()
    assert page.lead == "Ouverte le lundi."
    assert page.first_published_at == datetime(2024, 3, 4, 9, tzinfo=UTC)
    kinds = [block.block_type for block in page.body]
    assert kinds == ["text", "video", "picture", "table"]
    text = page.body[0].value.source
    document = get_document_model().objects.get()
    assert "<h2>Ce que nous prenons</h2>" in text
    assert f'<a linktype="document" id="{document.pk}">règlement</a>' in text
    assert f'<a linktype="page" id="{section.pk}">notre page</a>' in text
    assert '<a href="mailto:dechets@verdane.example">' in text
    picture = page.body[2].value
    assert (picture["alt"], picture["caption"]) == ("La benne verte", "Au fond")
    assert picture["image"].description == "Une benne"
    article, event = NewsPage.objects.get(), EventPage.objects.get()
    assert (article.category.name, str(article.date)) == ("Travaux", "2024-05-02")
    assert [block.block_type for block in article.body] == ["text", "picture", "text"]
    assert event.place == "Grande salle"
    for old, new in {
        "/2024/05/travaux/": article.url,
        "/index.php?p=12": None,
        "/wp-content/uploads/2024/reglement.pdf": document.url,
        "/poubelles": page.url,
        "/anciens-dechets/": page.url,
        "/evenement/fete": event.url,
        "/?p=12": article.url,
        "/?page_id=11": page.url,
    }.items():
        response = client.get(old)
        assert (response.get("Location") if new else response.status_code) == (new or 404), old


def test_second_import_changes_only_what_nobody_edited(home):
    imported("wordpress", home, **EXPORT)
    edited = ContentPage.objects.get(title="Déchèterie")
    draft = edited.get_latest_revision_as_object()
    draft.lead = "Corrigé ici."
    draft.save_revision()
    number = Page.objects.count()
    again = tried("wordpress", home, **EXPORT)
    assert outcomes(again)["Déchèterie"] == "left_out"
    assert outcomes(again)["Travaux à la rue du Lac"] == "unchanged"
    changed = (EXAMPLES / "wordpress.xml").read_bytes().replace("rue est fermée".encode(), b"rue est ouverte")
    export = wordpress_zip(**{"wordpress.xml": changed})
    last = imported("wordpress", home, content=export, name="export.zip")
    assert outcomes(last)["Travaux à la rue du Lac"] == "updated"
    assert "rue est ouverte" in str(NewsPage.objects.get().get_latest_revision_as_object().body)
    assert ContentPage.objects.get(title="Déchèterie").get_latest_revision_as_object().lead == "Corrigé ici."
    assert (Page.objects.count(), get_image_model().objects.count()) == (number, 1)


@pytest.mark.parametrize("state", ["files", "places", "texts", "redirects"])
def test_interrupted_import_is_completed_without_doubles(home, monkeypatch, state):
    found = tried("wordpress", home, **EXPORT)
    actions.start_import(actor=None, site_import=found)
    calls = []

    def interrupted(**facts):
        calls.append(facts["step"])
        if calls.count(state) == 2:
            raise KeyboardInterrupt
        return record(**facts)

    record = actions.record_outcome
    monkeypatch.setattr(actions, "record_outcome", interrupted)
    with pytest.raises(KeyboardInterrupt):
        work_on(found, 60)
    monkeypatch.undo()
    assert not work_on(found, 60)
    found.refresh_from_db()
    assert found.state == "finished"
    assert Page.objects.filter(title="Déchèterie").count() == 1
    assert (get_image_model().objects.count(), get_document_model().objects.count()) == (1, 1)
    paths = list(Redirect.objects.values_list("old_path", flat=True))
    assert len(paths) == len(set(paths))
    assert "left_out" not in {item.outcome for item in found.items.filter(kind="redirect")}


def test_object_that_fails_is_reported_and_others_go_on(home, monkeypatch):
    found = tried("wordpress", home, **EXPORT)
    actions.start_import(actor=None, site_import=found)
    write = actions.write_page

    def failing(**facts):
        if facts["item"].title == "Déchèterie":
            raise ValueError("broken")
        return write(**facts)

    monkeypatch.setattr(actions, "write_page", failing)
    assert not work_on(found, 60)
    assert outcomes(found)["Déchèterie"] == "failed"
    assert outcomes(found)["Travaux à la rue du Lac"] == "created"


def test_object_that_cannot_be_planned_is_reported(home):
    export = (EXAMPLES / "wordpress.xml").read_bytes()
    useless = b"https://www.verdane.example/wp-content/uploads/2024/inutile.png"
    export = export.replace(useless, b"http://[x/a.png")
    pair = (
        "<wp:postmeta><wp:meta_key>_thumbnail_id</wp:meta_key><wp:meta_value>22</wp:meta_value></wp:postmeta>"
    )
    export = export.replace(b"<wp:comment>", pair.encode() + b"<wp:comment>")
    deep = "<!-- wp:p --><p>" + "<span>" * 1_500 + "x"
    export = export.replace(b"Pas fini.", f"<![CDATA[{deep}]]>".encode())
    with override("en"):
        found = imported("wordpress", home, content=export, name="wordpress.xml")
    assert outcomes(found)["Brouillon"] == "failed"
    assert outcomes(found)["Travaux à la rue du Lac"] == "failed"
    assert outcomes(found)["Déchèterie"] == "created"


def test_page_that_could_not_be_published_stays_a_draft(home):
    export = (EXAMPLES / "wordpress.xml").read_bytes()
    export = export.replace(b"<title>Grande salle</title>", b"<title></title>")
    found = imported("wordpress", home, content=export, name="wordpress.xml", publish=True)
    assert {"default_place", "stays_draft"} <= codes(found, "Fête du village")
    assert not EventPage.objects.get().live


def test_address_of_this_site_is_not_redirected(home):
    page = ContentPageFactory(parent=home, title="Travaux", slug="poubelles")
    found = imported("wordpress", home, **EXPORT)
    assert codes(found, "/poubelles") == {"address_taken"}
    assert not Redirect.objects.filter(old_path="/poubelles").exists()
    Redirect.objects.filter(old_path="/vivre/decheterie/reglement").update(
        redirect_page=page, redirect_link=""
    )
    again = tried("wordpress", home, **EXPORT)
    assert "redirect_taken" in codes(again, "reglement")


def test_two_old_sites_stay_apart(home):
    export = (EXAMPLES / "wordpress.xml").read_bytes()
    first = imported("wordpress", home, content=export, name="wordpress.xml")
    assert first.address == "https://www.verdane.example"
    other = export.replace(b"www.verdane.example", b"www.corbe.example")
    imported("wordpress", home, content=other, name="wordpress.xml")
    named = {"address": "https://verdane.example/"}
    again = tried("wordpress", home, content=export, name="wordpress.xml", **named)
    assert outcomes(again)["Vivre à Verdane"] == "unchanged"
    assert SectionPage.objects.filter(title="Vivre à Verdane").count() == 2


def test_export_without_address_needs_one(home):
    export = (EXAMPLES / "wordpress.xml").read_bytes()
    nameless = export.replace(b"base_blog_url>https://www.verdane.example", b"base_blog_url>")
    with override("en"):
        found = tried("wordpress", home, content=nameless, name="wordpress.xml")
        assert "address of the old site is unknown" in found.error


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<rss><channel/></rss>", "WordPress"),
        (b"not xml", "XML"),
        (b'<!DOCTYPE r [<!ENTITY a "b">]><rss>&a;</rss>', "attack"),
        (b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss>&a;</rss>', "attack"),
    ],
)
def test_other_xml_is_refused(home, content, said):
    with override("en"):
        found = tried("wordpress", home, content=content, name="export.xml")
        assert found.state == "failed"
        assert said in found.error
