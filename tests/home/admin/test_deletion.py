"""Deletion of objects that others refer to: refused, with a list of the references."""

from urllib.parse import urlencode

import pytest
from django.urls import reverse
from wagtail.users.models import UserProfile

from eservices.accounts.models import User
from eservices.cases.models import Team
from tests.factories.accounts import SuperuserFactory
from tests.factories.cases import CaseFactory, TeamFactory

pytestmark = pytest.mark.django_db
SEVERAL = "/admin/bulk/eservices_cases/team/delete/"


@pytest.fixture
def needed(client) -> Team:
    client.force_login(SuperuserFactory())
    CaseFactory()
    return CaseFactory().team


def alone(team: Team) -> str:
    return reverse(Team.snippet_viewset.get_url_name("delete"), args=[team.pk])


def together(*teams: Team) -> str:
    return f"{SEVERAL}?{urlencode([('id', team.pk) for team in teams])}"


def page_after_deletion(client, url: str) -> str:
    """Post the deletion and return the page that follows."""
    return client.post(url, follow=True).content.decode()


def test_team_with_cases_is_not_deleted(client, needed):
    unneeded = TeamFactory(key="police")
    for url in (alone(needed), together(needed, unneeded)):
        assert "Rien n’a été supprimé, car d’autres éléments en ont besoin" in page_after_deletion(
            client, url
        )
    assert {needed, unneeded} <= set(Team.objects.all())


def test_refused_deletion_is_explained_in_user_language(client, needed):
    UserProfile.objects.create(user=User.objects.get(), preferred_language="de")
    assert "Nichts wurde gelöscht, weil anderes es braucht" in page_after_deletion(client, alone(needed))


def test_team_without_references_is_deleted(client, needed):
    one, other = TeamFactory(key="police"), TeamFactory(key="voirie")
    for url in (alone(one), together(other)):
        assert "Rien n’a été supprimé" not in page_after_deletion(client, url)
    assert set(Team.objects.all()) == {needed}
