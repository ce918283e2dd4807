"""Name and language of a new commune, as the operator sets them."""

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.urls import clear_url_caches, reverse
from wagtail.models import Locale

from home.models import CommuneSettings, HomePage
from news.articles.models import NewsCategory

pytestmark = pytest.mark.django_db


def test_new_site_has_the_operator_s_name_and_reference_prefix(settings, client):
    settings.WAGTAIL_SITE_NAME = "Échichens-sur-Lac"
    call_command("begin")
    page = client.get("/").content.decode()
    assert "<title>Accueil – Échichens-sur-Lac</title>" in page
    HomePage.objects.update(title="Bienvenue au lac")
    cache.clear()
    assert "<title>Bienvenue au lac – Échichens-sur-Lac</title>" in client.get("/").content.decode()
    assert "Orvenay" not in page
    assert CommuneSettings.current().reference_prefix == "ECH"


@pytest.fixture
def in_german(settings):
    """German as the language of the site. Restores the URL caches of the process, so that other tests keep theirs.

    The addresses of the admin are loaded first, because modules that they import read the language once.
    """
    reverse("wagtailadmin_home")
    settings.LANGUAGE_CODE = "de"
    clear_url_caches()
    yield
    clear_url_caches()


def test_new_site_begins_in_the_language_of_the_operator(in_german):
    german = Locale.objects.create(language_code="de")
    call_command("begin")
    home = HomePage.objects.get()
    assert (home.locale, home.slug) == (german, "startseite")
    assert [part.title for part in home.get_children()][:3] == ["Online-Schalter", "Leben hier", "Aktuelles"]
    assert home.get_children().get(title="Behörden").slug == "behoerden"
    assert list(NewsCategory.objects.values_list("locale", "name"))[1] == (german.pk, "Politik")
