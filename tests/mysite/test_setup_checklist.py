"""Setup checklist of a new commune on the first page of the admin."""

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from eservices.catalogue.models import ServiceIndexPage
from home.models import AccessibilityPage, CommuneSettings, ContactPage
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.cases import member
from tests.factories.catalogue import make_counter, make_service
from tests.factories.home import WEEK, make_site
from tests.factories.news import NewsIndexPageFactory, NewsPageFactory
from tests.factories.newsletter import TopicFactory

pytestmark = pytest.mark.django_db

SERVICES = "Ouvrir le guichet en ligne"


@pytest.fixture
def home():
    return make_site()


def first_page(client) -> str:
    return client.get(reverse("wagtailadmin_home")).content.decode()


def present_the_commune():
    told = {"street": "Grand-Rue 1", "town": "Valmont", "email": "greffe@valmont.example", "hours": WEEK}
    commune = CommuneSettings(**told)
    commune.arms.save("armes.svg", ContentFile(b"<svg/>"))


def test_checklist_steps_link_to_their_screens(home, client):
    client.force_login(SuperuserFactory())
    page = first_page(client)
    assert "0 sur 7" in page
    for address in (
        reverse("wagtailsettings:edit", args=["home", "communesettings"]),
        reverse("wagtailusers_users:index"),
        reverse("wagtailsnippets_eservices_cases_team:list"),
        reverse("wagtailadmin_pages:add_subpage", args=[home.pk]),
    ):
        assert f'<a href="{address}">' in page


def test_checklist_steps_are_done_by_contents_and_list_ends(home, client):
    client.force_login(SuperuserFactory())
    UserFactory(is_staff=True, roles=("editors",))
    member()
    make_service(make_counter(home))
    page = first_page(client)
    assert "3 sur 7" in page
    assert f"<b>{SERVICES}</b>" in page
    NewsPageFactory(parent=NewsIndexPageFactory(parent=home))
    TopicFactory()
    present_the_commune()
    for kind in (ContactPage, AccessibilityPage):
        home.add_child(instance=kind(title=kind.__name__))
    assert "Premiers pas" not in first_page(client)


def test_checklist_links_to_a_service_index_that_is_a_draft(home, client):
    client.force_login(SuperuserFactory())
    counter = make_counter(home)
    make_service(counter)
    ServiceIndexPage.objects.update(live=False)
    assert f'<a href="{reverse("wagtailadmin_pages:edit", args=[counter.pk])}">{SERVICES}</a>' in first_page(
        client
    )


def test_closed_checklist_is_hidden_for_that_user_only(home, client):
    boss = SuperuserFactory()
    client.force_login(boss)
    assert 'data-w-dismissible-id-value="first-steps"' in first_page(client)
    client.patch(reverse("wagtailadmin_dismissibles"), {"first-steps": True}, content_type="application/json")
    assert "Premiers pas" not in first_page(client)
    client.force_login(SuperuserFactory())
    assert "Premiers pas" in first_page(client)


def test_checklist_is_hidden_from_other_staff(home, client):
    client.force_login(UserFactory(is_staff=True, roles=("editors", "agents")))
    assert "Premiers pas" not in first_page(client)


def test_checklist_of_a_moderator_has_no_links_to_closed_screens(home, client):
    client.force_login(UserFactory(is_staff=True, roles=("moderators",)))
    page = first_page(client)
    assert "<b>Former une équipe</b>" in page
    assert "<b>Faire entrer vos collègues</b>" in page
    assert f">{SERVICES}</a>" in page
