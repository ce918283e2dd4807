"""Wagtail's own words keep their meaning: a word of ours that reads the same in English is not said in their place."""

import pytest
from django.urls import reverse
from django.utils.translation import override
from wagtail.images.fields import WagtailImageField

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


def test_a_heading_sets_its_colon_as_the_language_does(client):
    home = make.make_site()
    page = shown(client, "wagtailadmin_pages:add", "home", "contentpage", home.pk)
    assert "Nouveau\N{NO-BREAK SPACE}: Page" in page
    assert "Nouveau: " not in page


def test_who_went_astray_is_led_to_the_first_page(client):
    client.force_login(SuperuserFactory())
    page = client.get("/admin/nowhere/").content.decode()
    assert 'href="/admin/">Accueil</a>' in page
    assert "Wagtail<" not in page


def test_a_picture_that_is_too_large_is_refused_in_megapixels(settings):
    most = settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS
    for language, unit in (("fr", "mégapixels"), ("de", "Megapixel"), ("it", "megapixel")):
        with override(language):
            said = str(WagtailImageField().error_messages["file_too_many_pixels"])
        assert f"{most // 1_000_000} {unit}" in said.replace("\N{NO-BREAK SPACE}", " ")
