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


def test_rss_lists_newest_articles_with_absolute_addresses(client, index, articles):
    answer = client.get(f"{index.url}rss/")
    assert answer["Content-Type"].startswith("application/rss+xml")
    items = ET.fromstring(answer.content).findall("./channel/item")
    assert [item.findtext("title") for item in items] == ["Rue & pont", "Ponton"]
    assert items[0].findtext("link") == articles[0].full_url
    assert items[0].findtext("description") == articles[0].lead
    assert "24 Nov 2026" in items[0].findtext("pubDate")


def test_feed_drops_control_characters(client, index):
    NewsPageFactory(parent=index, title="Rue\x0bet pont", lead="Fermés\x02 \ufffe", date=date(2026, 11, 24))
    for kind in ("rss", "atom"):
        answer = client.get(f"{index.url}{kind}/")
        assert answer.status_code == 200
        assert "Rue et pont" in "".join(ET.fromstring(answer.content).itertext())


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_article_with_new_address_keeps_its_feed_id(client, index, articles, kind):
    ids = re.compile(r"<(?:guid[^>]*|id)>(urn:uuid:[^<]+)<")
    known = ids.findall(client.get(f"{index.url}{kind}/").content.decode())
    articles[0].slug = "autre-adresse"
    articles[0].save_revision().publish()
    text = client.get(f"{index.url}{kind}/").content.decode()
    assert "autre-adresse" in text
    assert ids.findall(text) == known
    assert len(set(known)) == 2


def test_markup_characters_in_lead_are_escaped_in_feed(client, index):
    NewsPageFactory(parent=index, lead="Eau < 5 °C & vent")
    item = ET.fromstring(client.get(f"{index.url}rss/").content).find("./channel/item")
    assert unescape(item.findtext("description")) == "Eau < 5 °C & vent"
    assert "<" not in item.findtext("description")


def test_restricted_article_leaves_feeds(client, index, articles):
    PageViewRestriction.objects.create(page=articles[0], restriction_type=PageViewRestriction.LOGIN)
    for kind in ("rss", "atom"):
        text = client.get(f"{index.url}{kind}/").content.decode()
        assert "Ponton" in text
        assert "Rue" not in text


def test_atom_lists_newest_articles(client, index, articles):
    answer = client.get(f"{index.url}atom/")
    assert answer["Content-Type"].startswith("application/atom+xml")
    feed = ET.fromstring(answer.content)
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Commune d’Orvenay"  # required by RFC 4287
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == ["Rue & pont", "Ponton"]


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_category_has_own_feed_and_unknown_one_returns_404(client, index, articles, kind):
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


def test_news_index_links_its_feeds(client, index, articles):
    page = client.get(index.url).content.decode()
    assert f'type="application/rss+xml" title="Actualités" href="{index.url}rss/"' in page
    assert f'href="{index.url}atom/"' in page


def test_feed_query_count_is_independent_of_articles(client, index, articles, uncached):
    NewsPageFactory.create_batch(15, parent=index, category=articles[0].category)
    uncached(f"{index.url}rss/", most=12)
