"""Guides with steps, and pages of places with a map."""

import json
import re

import pytest
from django.urls import reverse
from wagtail.rich_text import RichText

from home.search import index
from tests.factories.accounts import SuperuserFactory
from tests.factories.directory import GuidePageFactory, PlacesPageFactory
from tests.factories.home import ContentPageFactory, published


@pytest.fixture
def guide(home):
    form = ContentPageFactory(parent=home, title="Annoncer une naissance", slug="naissance")
    steps = [
        {
            "title": "Annoncez la naissance",
            "text": RichText("<p>Dans les trois jours.</p>"),
            "page": form,
            "label": "",
        },
        {"title": "Inscrivez-le à la crèche", "text": RichText(""), "page": None, "label": ""},
    ]
    page = GuidePageFactory(parent=home, steps=[("step", one) for one in steps])
    return published(page)


@pytest.fixture
def places(home):
    found = [
        ("heading", "Défibrillateurs"),
        (
            "place",
            {
                "name": "Maison de commune",
                "text": "Jour et nuit",
                "address": "",
                "lat": 46.464,
                "lon": 6.41,
                "page": None,
            },
        ),
        ("heading", "Vide"),
    ]
    return published(PlacesPageFactory(parent=home, places=found))


def test_guide_shows_steps_in_order(client, guide):
    text = client.get(guide.url).content.decode()
    assert text.index("Annoncez la naissance") < text.index("Inscrivez-le")
    assert 'id="etape-2"' in text
    assert re.search(r'<a class="more" href="/naissance/">Annoncer une naissance', text)
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.S)[1])
    assert [step["name"] for step in data["step"]] == ["Annoncez la naissance", "Inscrivez-le à la crèche"]


def test_empty_guide_and_places_pages_are_shown(client, home):
    for page in (GuidePageFactory(parent=home), PlacesPageFactory(parent=home)):
        assert client.get(page.url).status_code == 200


def test_places_are_listed_with_map_on_demand(client, places, settings):
    settings.TILE_URL = "https://tiles.example/{z}/{x}/{y}.png"
    text = client.get(places.url).content.decode()
    assert "data-places" in text
    assert 'data-lat="46.464"' in text
    assert "Jour et nuit" in text
    assert "Vide" not in text
    assert "<script src" not in text


def test_places_are_listed_without_map_tiles(client, places, settings):
    settings.TILE_URL = ""
    text = client.get(places.url).content.decode()
    assert "data-places" not in text
    assert "Maison de commune" in text


def test_search_finds_steps_and_places(guide, places):
    assert [hit.url for hit in index.find_entries("crèche", "fr").hits] == [guide.url]
    assert [hit.url for hit in index.find_entries("maison de commune", "fr").hits] == [places.url]


def test_editors_are_offered_guide_and_places_pages(client, home, guide, places):
    client.force_login(SuperuserFactory())
    offered = client.get(reverse("wagtailadmin_pages:add_subpage", args=[home.pk])).content.decode()
    assert "/home/guidepage/" in offered
    assert "/home/placespage/" in offered
    for page in (guide, places):
        assert client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).status_code == 200


def test_guide_and_places_pages_need_few_queries(uncached, guide, places):
    uncached(guide.url, most=12)
    uncached(places.url, most=12)
