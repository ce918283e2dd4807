"""Wagtail's own words keep their meaning: a word of ours that reads the same in English is not said in their place."""

import pytest
from django.urls import reverse

from tests.factories import home as make
from tests.factories.accounts import SuperuserFactory

pytestmark = pytest.mark.django_db


def shown(client, name: str, *args) -> str:
    client.force_login(SuperuserFactory())
    return client.get(reverse(name, args=args)).content.decode()


def test_a_list_of_pages_says_their_state_and_offers_to_copy_them(client):
    home = make.make_site()
    make.ContentPageFactory(parent=home, title="Lac et port")
    page = shown(client, "wagtailadmin_explore", home.pk)
    assert "Statut" in page
    assert "Suite donnée" not in page
    assert "Copier" in page


def test_a_step_of_an_approval_is_a_task(client):
    page = shown(client, "wagtailadmin_workflows:task_index")
    assert "Tâche" in page
    assert "Démarche" not in page
