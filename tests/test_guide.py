"""Editors read the guide inside the admin, and each screen leads to the chapter that is about it."""

import re
from itertools import pairwise

import pytest
from django.apps import apps
from django.urls import get_resolver, reverse

from mysite.guide import reading
from mysite.guide.chapters import BY_SCREEN, CHAPTERS
from tests.factories import home as make
from tests.factories import news
from tests.factories.accounts import SuperuserFactory, UserFactory

EDITORS = "/admin/guide/editors/"


@pytest.fixture
def editor(client, db):
    make.CommuneSettingsFactory()
    client.force_login(SuperuserFactory())
    return client


def shown(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def test_the_menu_leads_to_our_guide_and_not_to_that_of_wagtail(editor):
    page = shown(editor, reverse("wagtailadmin_home"))
    assert EDITORS in page
    assert "guide.wagtail.org" not in page


def test_an_editor_reads_the_guide_with_its_contents_and_pictures(editor):
    page = shown(editor, EDITORS)
    assert '<h3 id="les-lots">Les lots</h3>' in page
    assert '<a href="#les-lots">Les lots</a>' in page
    picture = re.search(r'<img src="([^"]+)" alt="([^"]+)" width="1280" height="\d+" loading="lazy"', page)
    assert picture[2]
    sent = editor.get(picture[1])
    assert sent["Content-Type"] == "image/webp"
    assert b"".join(sent.streaming_content)[8:12] == b"WEBP"


def test_the_guide_leads_to_the_reference_of_services_and_back(editor):
    assert 'href="/admin/guide/services/"' in shown(editor, EDITORS)
    assert f'href="{EDITORS}"' in shown(editor, "/admin/guide/services/")


@pytest.mark.parametrize("address", [EDITORS, "/admin/guide/pictures/accueil.webp"])
def test_whoever_does_not_enter_the_admin_reads_no_guide(client, db, address):
    assert client.get(address).url.startswith("/admin/login/")
    client.force_login(UserFactory())
    assert client.get(address).status_code == 302


@pytest.mark.parametrize("address", ["/admin/guide/operations/", "/admin/guide/pictures/nothing.webp"])
def test_other_documents_are_not_there(editor, address):
    assert editor.get(address).status_code == 404


@pytest.mark.parametrize("name", reading.GUIDES)
def test_the_headings_of_a_guide_are_in_order_and_each_has_one_address(name):
    html = reading.read(name).html
    levels = [int(level) for level in re.findall(r"<h(\d)", html)]
    assert levels[0] == 2
    assert all(after - before <= 1 for before, after in pairwise(levels))
    anchors = re.findall(r'<h\d id="([^"]+)"', html)
    assert len(anchors) == len(set(anchors)) == len(levels)


@pytest.mark.parametrize("name", reading.GUIDES)
def test_links_within_a_guide_lead_to_a_heading(name):
    text = (reading.FOLDER / f"{name}.md").read_text()
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= reading.read(name).anchors()


def test_every_picture_of_the_guide_says_what_it_shows_and_all_are_used():
    text = (reading.FOLDER / "editors.md").read_text()
    used = dict(re.findall(r"!\[([^]]*)\]\(pictures/(.+)\.webp\)", text))
    assert all(used)
    assert set(used.values()) == {path.stem for path in (reading.FOLDER / "pictures").iterdir()}


def test_html_within_a_guide_is_shown_and_not_run():
    html = reading.MARKDOWN.render("<script>x</script> [here](javascript:x) <b>bold</b>")
    assert "<script" not in html
    assert "<b>" not in html
    assert "href" not in html


@pytest.mark.parametrize("link", CHAPTERS)
def test_every_chapter_that_a_screen_leads_to_exists(link):
    file, anchor = link.split("#")
    assert anchor in reading.read(file.removesuffix(".md")).anchors()


def test_every_chapter_of_the_editors_guide_helps_somewhere():
    told = {link.partition("#")[2] for link in CHAPTERS}
    chapters = {one.anchor for part in reading.read("editors").contents for one in part.below}
    assert chapters <= told


@pytest.mark.parametrize("screen", BY_SCREEN)
def test_every_screen_with_help_exists(screen):
    if "." in screen:
        apps.get_model(screen)
    elif ":" in screen or screen not in namespaces():
        assert screen in names()


def namespaces() -> set[str]:
    return set(get_resolver().namespace_dict)


def names() -> set[str]:
    """Of all views, with their namespace."""
    found = {key for key in get_resolver().reverse_dict if isinstance(key, str)}
    for namespace, (_prefix, resolver) in get_resolver().namespace_dict.items():
        found |= {f"{namespace}:{key}" for key in resolver.reverse_dict if isinstance(key, str)}
    return found


def test_the_editor_of_each_kind_of_page_leads_to_its_chapter(editor):
    home = make.make_site()
    article = news.NewsPageFactory(parent=news.NewsIndexPageFactory(parent=home))
    event = news.EventPageFactory(parent=news.EventIndexPageFactory(parent=home))
    assert leads_to("publier-une-actualité", shown(editor, edit(article)))
    assert leads_to("lagenda-et-les-propositions", shown(editor, edit(event)))


def test_a_new_page_and_a_list_of_pages_lead_there_too(editor):
    index = news.NewsIndexPageFactory(parent=make.make_site())
    chapter = "publier-une-actualité"
    assert leads_to(chapter, shown(editor, reverse("wagtailadmin_explore", args=[index.pk])))
    add = reverse("wagtailadmin_pages:add", args=["news", "newspage", index.pk])
    assert leads_to(chapter, shown(editor, add))


@pytest.mark.parametrize(
    ("address", "chapter"),
    [
        ("/admin/snippets/home/alert/add/", "les-alertes"),
        ("/admin/bundles/", "les-lots"),
        ("/admin/calendar/", "le-calendrier-des-publications"),
        ("/admin/proposals/", "lagenda-et-les-propositions"),
        ("/admin/participation/", "la-participation"),
        ("/admin/snippets/newsletter/campaign/", "linfolettre"),
        ("/admin/reports/state-of-translations/", "les-traductions"),
        ("/admin/settings/home/communesettings/", "les-couleurs-et-lallure"),
        ("/admin/checks/reviews/", "des-pages-qui-restent-justes"),
    ],
)
def test_a_screen_leads_to_its_chapter(editor, address, chapter):
    make.make_site()
    response = editor.get(address, follow=True)
    assert leads_to(chapter, response.content.decode())


def test_a_screen_without_a_chapter_leads_nowhere(editor):
    make.make_site()
    assert "commune-help" not in shown(editor, "/admin/reports/site-history/")


def leads_to(chapter: str, page: str) -> bool:
    return f'class="commune-help" href="{EDITORS}#{chapter}"' in page


def edit(page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])
