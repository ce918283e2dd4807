"""Guides for editors and agents in the admin, and the chapter that each screen links to."""

import re
from itertools import pairwise

import pytest
from django.apps import apps
from django.urls import get_resolver, reverse
from wagtail.users.models import UserProfile

from mysite import __version__
from mysite.guide import markdown_reader
from mysite.guide.help_links import CHAPTER_BY_SCREEN, CHAPTERS
from tests.factories import home as make
from tests.factories import news
from tests.factories.accounts import EditorFactory, SuperuserFactory, UserFactory
from tests.factories.cases import CaseFactory, member

EDITORS, AGENTS = "/admin/guide/editors/", "/admin/guide/agents/"


@pytest.fixture
def editor(client, db):
    make.CommuneSettingsFactory()
    client.force_login(SuperuserFactory())
    return client


@pytest.fixture
def agent(client, db):
    """Return a client signed in as an agent without any right of an editor."""
    make.CommuneSettingsFactory()
    client.force_login(member(roles=["agents", "cashiers"]))
    return client


def shown(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def test_menu_links_to_the_project_s_guide_instead_of_wagtail_s(editor):
    page = shown(editor, reverse("wagtailadmin_home"))
    assert EDITORS in page
    assert "guide.wagtail.org" not in page


def test_help_menu_shows_the_version_of_the_site(editor):
    assert f"Version {__version__}" in shown(editor, reverse("wagtailadmin_home"))


@pytest.mark.parametrize(
    ("language", "machine", "words"),
    [
        ("fr", "Linux", ("Enregistrer les changements", "Ctrl + s")),
        ("fr", "Macintosh", ("Enregistrer les changements", "⌘ + s")),
        ("de", "Linux", ("Änderungen speichern", "Ctrl + s")),
    ],
)
def test_keyboard_dialog_uses_the_language_and_keys_of_the_user(client, db, language, machine, words):
    make.CommuneSettingsFactory()
    reader = SuperuserFactory()
    UserProfile.objects.create(user=reader, preferred_language=language)
    client.force_login(reader)
    for _time in range(2):  # rendered, then cached
        page = client.get(
            reverse("wagtailadmin_home"), headers={"user-agent": f"Mozilla/5.0 ({machine})"}
        ).text
        dialog = page[page.index("keyboard-shortut-group-admin-core-models") :]
        assert all(one in dialog for one in words)


def test_editor_guide_has_contents_and_pictures(editor):
    page = shown(editor, EDITORS)
    assert '<h3 id="les-lots">Les lots</h3>' in page
    assert '<a href="#les-lots">Les lots</a>' in page
    picture = re.search(r'<img src="([^"]+)" alt="([^"]+)" width="1280" height="\d+" loading="lazy"', page)
    assert picture[2]
    sent = editor.get(picture[1])
    assert sent["Content-Type"] == "image/webp"
    assert b"".join(sent.streaming_content)[8:12] == b"WEBP"


def test_guide_in_another_language_names_its_language(client, db):
    make.CommuneSettingsFactory()
    reader, said = member(), "Diese Seite gibt es nur auf Französisch."
    client.force_login(reader)
    assert said not in shown(client, AGENTS)
    UserProfile.objects.create(user=reader, preferred_language="de")
    assert said in shown(client, AGENTS)


def test_guide_links_to_the_service_reference_and_back(editor):
    assert 'href="/admin/guide/services/"' in shown(editor, EDITORS)
    assert f'href="{EDITORS}"' in shown(editor, "/admin/guide/services/")


def test_agent_guide_needs_no_editor_rights(agent):
    assert AGENTS in shown(agent, reverse("wagtailadmin_home"))
    page = shown(agent, AGENTS)
    assert '<h3 id="un-dossier">Un dossier</h3>' in page
    assert f'href="{EDITORS}"' in page


def test_agent_guide_is_hidden_from_staff_without_cases(client, db):
    make.CommuneSettingsFactory()
    client.force_login(EditorFactory())
    page = shown(client, reverse("wagtailadmin_home"))
    assert EDITORS in page
    assert AGENTS not in page


@pytest.mark.parametrize("address", [AGENTS, EDITORS, "/admin/guide/pictures/accueil.webp"])
def test_guide_requires_access_to_the_admin(client, db, address):
    assert client.get(address).url.startswith("/admin/login/")
    client.force_login(UserFactory())
    assert client.get(address).status_code == 302


@pytest.mark.parametrize("address", ["/admin/guide/operations/", "/admin/guide/pictures/nothing.webp"])
def test_other_documents_are_not_found(editor, address):
    assert editor.get(address).status_code == 404


@pytest.mark.parametrize("name", markdown_reader.GUIDES)
def test_guide_headings_are_in_order_with_unique_anchors(name):
    html = markdown_reader.read_guide(name).html
    levels = [int(level) for level in re.findall(r"<h(\d)", html)]
    assert levels[0] == 2
    assert all(after - before <= 1 for before, after in pairwise(levels))
    anchors = re.findall(r'<h\d id="([^"]+)"', html)
    assert len(anchors) == len(set(anchors)) == len(levels)


@pytest.mark.parametrize("name", markdown_reader.GUIDES)
def test_guide_links_lead_to_a_heading(name):
    text = (markdown_reader.FOLDER / f"{name}.md").read_text()
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= markdown_reader.read_guide(name).anchors()


def test_guide_pictures_have_alternative_texts_and_are_used():
    text = (markdown_reader.FOLDER / "editors.md").read_text()
    used = dict(re.findall(r"!\[([^]]*)\]\(pictures/(.+)\.webp\)", text))
    assert all(used)
    assert set(used.values()) == {path.stem for path in (markdown_reader.FOLDER / "pictures").iterdir()}


def test_guide_html_is_escaped():
    html = markdown_reader.MARKDOWN.render("<script>x</script> [here](javascript:x) <b>bold</b>")
    assert "<script" not in html
    assert "<b>" not in html
    assert "href" not in html


@pytest.mark.parametrize("link", CHAPTERS)
def test_chapter_that_a_screen_links_to_exists(link):
    file, anchor = link.split("#")
    assert anchor in markdown_reader.read_guide(file.removesuffix(".md")).anchors()


def test_every_chapter_of_the_editor_guide_is_linked():
    told = {link.partition("#")[2] for link in CHAPTERS}
    chapters = {one.anchor for part in markdown_reader.read_guide("editors").contents for one in part.below}
    assert chapters <= told


def test_every_chapter_of_the_agent_guide_is_linked():
    told = {link.partition("#")[2] for link in CHAPTERS if link.startswith("agents.md")}
    told |= set(re.findall(r"\]\(#([^)]+)\)", (markdown_reader.FOLDER / "agents.md").read_text()))
    chapters = {one.anchor for part in markdown_reader.read_guide("agents").contents for one in part.below}
    assert chapters <= told


@pytest.mark.parametrize("screen", CHAPTER_BY_SCREEN)
def test_every_screen_with_help_exists(screen):
    if "." in screen:
        apps.get_model(screen)
    elif ":" in screen or screen not in namespaces():
        assert screen in names()


def namespaces() -> set[str]:
    return set(get_resolver().namespace_dict)


def names() -> set[str]:
    """Return the names of all views, with their namespace."""
    found = {key for key in get_resolver().reverse_dict if isinstance(key, str)}
    for namespace, (_prefix, resolver) in get_resolver().namespace_dict.items():
        found |= {f"{namespace}:{key}" for key in resolver.reverse_dict if isinstance(key, str)}
    return found


def test_every_screen_about_cases_links_to_a_chapter():
    without = [
        f"{namespace}:{name}"
        for namespace, resolver in desks()
        for name in resolver.reverse_dict
        if isinstance(name, str) and not {namespace, f"{namespace}:{name}"} & CHAPTER_BY_SCREEN.keys()
    ]
    assert not without


def desks() -> list:
    """Return the admin views of eservices, by namespace."""
    found = [
        (namespace, resolver)
        for namespace, (prefix, resolver) in get_resolver().namespace_dict.items()
        if prefix.startswith("admin/") and not namespace.startswith("wagtail")
        if any(view.callback.__module__.startswith("eservices.") for view in resolver.url_patterns)
    ]
    assert {"cases", "postroom", "retention", "plan", "money", "deliveries_board"} <= dict(found).keys()
    return found


def test_page_editor_of_each_type_links_to_its_chapter(editor):
    home = make.make_site()
    article = news.NewsPageFactory(parent=news.NewsIndexPageFactory(parent=home))
    event = news.EventPageFactory(parent=news.EventIndexPageFactory(parent=home))
    assert leads_to("publier-une-actualité", shown(editor, edit(article)))
    assert leads_to("lagenda-et-les-propositions", shown(editor, edit(event)))


def test_new_page_and_list_of_pages_link_to_the_chapter(editor):
    index = news.NewsIndexPageFactory(parent=make.make_site())
    chapter = "publier-une-actualité"
    assert leads_to(chapter, shown(editor, reverse("wagtailadmin_explore", args=[index.pk])))
    add = reverse("wagtailadmin_pages:add", args=["news_articles", "newspage", index.pk])
    assert leads_to(chapter, shown(editor, add))


@pytest.mark.parametrize(
    ("address", "chapter"),
    [
        ("/admin/snippets/home_alerts/alert/add/", "les-alertes"),
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
def test_screen_links_to_its_chapter(editor, address, chapter):
    make.make_site()
    response = editor.get(address, follow=True)
    assert leads_to(chapter, response.content.decode())


@pytest.mark.parametrize(
    ("address", "chapter"),
    [
        ("/admin/cases/", "la-file"),
        ("/admin/cases/counter/", "ouvrir-au-guichet"),
        ("/admin/cases/figures/", "les-chiffres"),
        ("/admin/cases/teams/", "les-équipes"),
        ("/admin/letters/", "les-lettres-à-poster"),
        ("/admin/money/till/", "la-caisse"),
        ("/admin/register/", "le-registre"),
        ("/admin/bookings/", "le-plan-des-réservations"),
        ("/admin/bookings/waiting/", "autour-du-plan"),
        ("/admin/account/", "ce-qui-vous-est-annoncé"),
    ],
)
def test_agent_screen_links_to_its_chapter(agent, address, chapter):
    assert leads_to(chapter, shown(agent, address), AGENTS)
    assert f'<h3 id="{chapter}">' in shown(agent, AGENTS)


def test_case_its_actions_and_receipt_link_to_their_chapters(agent):
    case = f"/admin/cases/{CaseFactory().reference}/"
    assert leads_to("un-dossier", shown(agent, case), AGENTS)
    assert leads_to("un-dossier", shown(agent, f"{case}call/"), AGENTS)
    assert leads_to("ouvrir-au-guichet", shown(agent, f"{case}receipt/"), AGENTS)


@pytest.mark.parametrize(
    ("address", "chapter"),
    [
        ("/admin/retention/", "la-conservation"),
        ("/admin/money/", "les-paiements"),
        ("/admin/deliveries/", "la-boîte-denvoi"),
        ("/admin/snippets/eservices_cases/team/", "les-équipes"),
    ],
)
def test_lead_screen_links_to_the_agent_guide(editor, address, chapter):
    assert leads_to(chapter, shown(editor, address), AGENTS)


def test_screen_without_a_chapter_has_no_link(editor):
    make.make_site()
    assert "commune-help" not in shown(editor, "/admin/reports/site-history/")


def leads_to(chapter: str, page: str, guide: str = EDITORS) -> bool:
    return f'class="commune-help" href="{guide}#{chapter}"' in page


def edit(page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])
