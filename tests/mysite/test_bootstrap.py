"""Contents of a new commune after its first start."""

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.urls import reverse
from wagtail.models import Collection, Page, Site, TaskState

from eservices.accounts.roles import ROLES
from eservices.cases.models import Team
from eservices.catalogue.models import ServiceIndexPage, ServicePage
from home.models import ContactPage, ContentPage, HomePage
from home.models.settings import reference_prefix_from_name
from news.articles.models import NewsCategory
from tests.factories.accounts import SuperuserFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def beginning(module_db):
    Group.objects.exclude(name__in=("Moderators", "Editors")).delete()
    call_command("begin")


@pytest.fixture
def begun(db):
    return Site.objects.get(is_default_site=True).root_page.specific


def test_new_home_page_shows_the_name_of_the_commune(begun, client):
    page = client.get("/").content.decode()
    assert isinstance(begun, HomePage)
    assert "Orvenay" in page
    assert "Wagtail" not in page
    assert set(Page.get_first_root_node().get_children()) == {begun.page_ptr}


def test_site_address_follows_the_base_url_setting(begun, settings):
    def root_url_after(base_url: str) -> str:
        settings.WAGTAILADMIN_BASE_URL = base_url
        call_command("begin")
        return Site.objects.get(is_default_site=True).root_url

    assert root_url_after("http://localhost:8000") == "http://localhost:8000"
    assert root_url_after("https://www.orvenay.example") == "https://www.orvenay.example"
    Site.objects.create(hostname="ecole.orvenay.example", port=443, root_page=ContentPage.objects.first())
    assert root_url_after("https://ecole.orvenay.example") == "https://www.orvenay.example"


def test_new_site_sections_are_drafts_that_only_editors_see(begun, client):
    parts = begun.get_descendants().order_by("path")
    assert [part.title for part in parts][:3] == ["Guichet en ligne", "Vivre ici", "Actualités"]
    assert not parts.live().exists()
    assert "Vivre ici" not in client.get("/").content.decode()
    assert client.get("/vivre-ici/").status_code == 404
    client.force_login(UserFactory(is_staff=True, roles=("editors",)))
    assert "Vivre ici" in client.get(reverse("wagtailadmin_explore", args=[begun.pk])).content.decode()


def test_published_section_appears_in_the_menu_or_footer(begun, client):
    for title in ("Vivre ici", "Accessibilité"):
        Page.objects.get(title=title).specific.get_latest_revision().publish()
    page = client.get("/").content.decode()
    menu, foot = page[: page.index("</header>")], page[page.index("<footer") :]
    assert 'href="/vivre-ici/"' in menu
    assert 'href="/accessibilite/"' in foot
    assert "Plan du site" not in foot


def test_first_service_from_a_starter_is_on_the_home_page(begun, client):
    assert NewsCategory.objects.first().slug == "chantiers-et-environnement"
    Team.objects.create(key="habitants", name="Contrôle des habitants")
    client.force_login(SuperuserFactory())
    counter = ServiceIndexPage.objects.get()
    client.post(reverse("editor:begin", args=[counter.pk]), {"starter": "residence-certificate"})
    service = ServicePage.objects.get().get_latest_revision_as_object()
    service.team = "habitants"
    service.save_revision().publish()
    counter.get_latest_revision().publish()
    client.logout()
    shown = client.get("/").content.decode()
    assert "J’ai besoin d’un papier" in shown
    assert service.title in shown


def test_published_contact_page_has_a_form(begun, client):
    ContactPage.objects.get().get_latest_revision().publish()
    page = client.get(ContactPage.objects.get().url).content.decode()
    assert all(label in page for label in ("Votre nom", "Votre adresse e-mail", "Votre message"))


@pytest.mark.parametrize(
    ("name", "prefix"), [("Orvenay", "ORV"), ("Le Mont", "LEM"), ("Y", "REF"), ("Œuilly", "OEU")]
)
def test_prefix_of_case_references_has_plain_letters(name, prefix):
    assert reference_prefix_from_name(name) == prefix


def test_page_tree_and_collection_roots_have_readable_names(begun, client):
    client.force_login(UserFactory(is_staff=True, roles=("editors",)))
    shown = client.get(reverse("wagtailadmin_choose_page")).content.decode()
    assert "Toutes les pages" in shown
    assert "Root" not in shown
    assert Collection.objects.get().name == "Général"


def test_new_site_has_exactly_the_groups_of_the_project(begun):
    assert set(Group.objects.values_list("name", flat=True)) == set(ROLES)


def test_page_of_an_editor_waits_for_a_moderator(begun, client):
    editor, moderator = (UserFactory(is_staff=True, roles=(name,)) for name in ("editors", "moderators"))
    client.force_login(editor)
    address = reverse("wagtailadmin_pages:add", args=["home", "contentpage", begun.pk])
    shown = client.get(address)
    assert shown.status_code == 200
    assert "Approbation" in shown.text
    assert "Moderators approval" not in shown.text
    page = begun.add_child(instance=ContentPage(title="Déchets", live=False, owner=editor))
    page.save_revision(user=editor)
    assert not page.permissions_for_user(editor).can_publish()
    page.get_workflow().start(page, editor)
    assert not TaskState.objects.reviewable_by(editor).exists()
    assert TaskState.objects.reviewable_by(moderator).exists()
    assert page.permissions_for_user(moderator).can_publish()


def test_second_bootstrap_preserves_changes(begun):
    begun.title = "Orvenay-le-Lac"
    begun.save_revision().publish()
    Group.objects.get(name="editors").permissions.clear()
    Group.objects.get(name="inspectors").delete()
    call_command("begin")
    assert HomePage.objects.get().title == "Orvenay-le-Lac"
    assert not Group.objects.get(name="editors").permissions.exists()
    assert not Group.objects.filter(name="inspectors").exists()
