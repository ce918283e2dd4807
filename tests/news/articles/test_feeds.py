import re
import xml.etree.ElementTree as ET
from datetime import date
from html import unescape

import pytest
from wagtail.models import PageViewRestriction

from tests.factories.home import translated
from tests.factories.news import NewsCategoryFactory, NewsPageFactory

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def articles(index):
    roads = NewsCategoryFactory(name="Chantiers", slug="chantiers")
    lake = NewsCategoryFactory(name="Lac", slug="lac")
    return [
        NewsPageFactory(parent=index, category=roads, title="Rue & pont", date=date(2026, 11, 24)),
        NewsPageFactory(parent=index, category=lake, title="Ponton", date=date(2026, 11, 3)),
    ]


def test_rss_lists_the_newest_first_with_full_addresses(client, index, articles):
    answer = client.get(f"{index.url}rss/")
    assert answer["Content-Type"].startswith("application/rss+xml")
    items = ET.fromstring(answer.content).findall("./channel/item")
    assert [item.findtext("title") for item in items] == ["Rue & pont", "Ponton"]
    assert items[0].findtext("link") == articles[0].full_url
    assert items[0].findtext("description") == articles[0].lead
    assert "24 Nov 2026" in items[0].findtext("pubDate")


def test_signs_pasted_from_a_word_processor_end_no_feed(client, index):
    NewsPageFactory(parent=index, title="Rue\x0bet pont", lead="Fermés\x02 \ufffe", date=date(2026, 11, 24))
    for kind in ("rss", "atom"):
        answer = client.get(f"{index.url}{kind}/")
        assert answer.status_code == 200
        assert "Rue et pont" in "".join(ET.fromstring(answer.content).itertext())


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_an_article_that_gets_another_address_is_not_new_to_who_reads_the_feed(client, index, articles, kind):
    ids = re.compile(r"<(?:guid[^>]*|id)>(urn:uuid:[^<]+)<")
    known = ids.findall(client.get(f"{index.url}{kind}/").content.decode())
    articles[0].slug = "autre-adresse"
    articles[0].save_revision().publish()
    text = client.get(f"{index.url}{kind}/").content.decode()
    assert "autre-adresse" in text
    assert ids.findall(text) == known
    assert len(set(known)) == 2


def test_a_sign_of_markup_in_a_lead_is_shown_as_it_was_typed(client, index):
    NewsPageFactory(parent=index, lead="Eau < 5 °C & vent")
    item = ET.fromstring(client.get(f"{index.url}rss/").content).find("./channel/item")
    assert unescape(item.findtext("description")) == "Eau < 5 °C & vent"
    assert "<" not in item.findtext("description")


def test_an_article_that_is_closed_to_the_public_leaves_the_feeds(client, index, articles):
    PageViewRestriction.objects.create(page=articles[0], restriction_type=PageViewRestriction.LOGIN)
    for kind in ("rss", "atom"):
        text = client.get(f"{index.url}{kind}/").content.decode()
        assert "Ponton" in text
        assert "Rue" not in text


def test_atom_lists_the_same(client, index, articles):
    answer = client.get(f"{index.url}atom/")
    assert answer["Content-Type"].startswith("application/atom+xml")
    feed = ET.fromstring(answer.content)
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Commune d’Orvenay"  # RFC 4287 wants one
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == ["Rue & pont", "Ponton"]


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_a_category_has_its_own_feed_and_an_unknown_one_has_none(client, index, articles, kind):
    text = client.get(f"{index.url}lac/{kind}/").content.decode()
    assert "Ponton" in text
    assert "Rue" not in text
    assert client.get(f"{index.url}inconnue/{kind}/").status_code == 404


def test_each_language_has_its_own_feed(client, index, articles):
    german = translated(articles[0], "de", title="Strasse")
    feed = client.get(f"{german.get_parent().url}rss/").content.decode()
    assert "Strasse" in feed
    assert "Rue" not in feed
    assert "<language>de</language>" in feed


def test_the_index_names_its_feeds(client, index, articles):
    page = client.get(index.url).content.decode()
    assert f'type="application/rss+xml" title="Actualités" href="{index.url}rss/"' in page
    assert f'href="{index.url}atom/"' in page


def test_a_feed_costs_no_query_per_article(client, index, articles, uncached):
    NewsPageFactory.create_batch(15, parent=index, category=articles[0].category)
    uncached(f"{index.url}rss/", most=12)
