"""Wagtail's terms in the admin: identical English texts of the project do not replace their translations."""

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


def test_page_list_uses_wagtail_terms(client):
    home = make.make_site()
    make.ContentPageFactory(parent=home, title="Lac et port")
    page = shown(client, "wagtailadmin_explore", home.pk)
    assert "Statut" in page
    assert "Suite donnée" not in page
    assert "Copier" in page


def test_approval_step_is_called_task(client):
    page = shown(client, "wagtailadmin_workflows:task_index")
    assert "Tâche" in page
    assert "Démarche" not in page


def test_page_heading_uses_colon_of_language(client):
    home = make.make_site()
    page = shown(client, "wagtailadmin_pages:add", "home", "contentpage", home.pk)
    assert "Nouveau\N{NO-BREAK SPACE}: Page" in page
    assert "Nouveau: " not in page


def test_admin_404_links_home(client):
    client.force_login(SuperuserFactory())
    page = client.get("/admin/nowhere/").content.decode()
    assert 'href="/admin/">Accueil</a>' in page
    assert "Wagtail<" not in page


def test_too_large_image_error_uses_megapixels(settings):
    most = settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS
    for language, unit in (("fr", "mégapixels"), ("de", "Megapixel"), ("it", "megapixel")):
        with override(language):
            said = str(WagtailImageField().error_messages["file_too_many_pixels"])
        assert f"{most // 1_000_000} {unit}" in said.replace("\N{NO-BREAK SPACE}", " ")
