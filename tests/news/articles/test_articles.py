import json
import re
from datetime import date

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import PageViewRestriction
from wagtail_factories import ImageFactory

from home.models import SearchEntry, SitePlanPage
from news.articles.models import NewsPage, RelatedService
from tests.factories.home import ContentPageFactory, locale, published, translated
from tests.factories.news import NewsCategoryFactory, NewsIndexPageFactory, NewsPageFactory
from tests.factories.newsletter import SubscriberFactory, TopicFactory, translated_topic


@pytest.fixture
def roads(db):
    return NewsCategoryFactory(name="Chantiers", slug="chantiers")


@pytest.fixture
def lake(db):
    return NewsCategoryFactory(name="Lac et port", slug="lac-et-port")


def data_of(page: str) -> dict:
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)[1])


# -- The index -------------------------------------------------------------------------------------------


def test_archive_lists_every_month_with_articles(client, home, roads, django_assert_max_num_queries):
    index = NewsIndexPageFactory(parent=home)
    for day in (date(2025, 3, 2), date(2025, 3, 9), date(2026, 11, 24)):
        NewsPageFactory(parent=index, date=day, category=roads)
    NewsPageFactory(parent=index, date=date(2024, 5, 1), category=roads, live=False)
    address = f"{index.url}archives/"
    assert f'href="{address}"' in client.get(index.url).text
    cache.clear()
    with django_assert_max_num_queries(12):
        shown = client.get(address).text
    assert re.findall(r"\?year=(\d+)&amp;month=(\d+)", shown) == [("2026", "11"), ("2025", "3")]
    assert "2024" not in shown[shown.index("<main") : shown.index("</main>")]
    assert client.get(f"{index.url}?year=2025&month=3").text.count("<h3>") == 2
    plan = home.add_child(instance=SitePlanPage(title="Plan", slug="plan", locale=home.locale))
    assert f'href="{address}"' in client.get(plan.url).text


def test_newest_article_comes_first_under_its_month(client, index, roads):
    NewsPageFactory(parent=index, category=roads, title="Ancienne", date=date(2026, 10, 30))
    NewsPageFactory(parent=index, category=roads, title="Nouvelle", date=date(2026, 11, 24))
    page = client.get(index.url).content.decode()
    assert page.index("Novembre") < page.index("Nouvelle") < page.index("Octobre") < page.index("Ancienne")


def test_category_filter_shows_its_articles_and_all_counts(client, index, roads, lake):
    NewsPageFactory.create_batch(2, parent=index, category=roads, lead="De la rue")
    NewsPageFactory(parent=index, category=lake, lead="Du lac")
    page = client.get(index.url, {"category": "chantiers"}).content.decode()
    assert page.count("De la rue") == 2
    assert "Du lac" not in page
    assert "<b>3</b>" in page
    assert "Lac et port <b>1</b>" in page


def test_empty_category_offers_newsletter(client, index, roads):
    answer = client.get(index.url, {"category": "chantiers"})
    assert answer.status_code == 200
    assert "/infolettre/" in answer.content.decode()


def test_archive_month_shows_only_its_articles(client, index, roads):
    for month, title in ((5, "De mai"), (9, "De septembre")):
        NewsPageFactory(parent=index, category=roads, title=title, date=date(2026, month, 1))
    year = client.get(index.url, {"year": "2026"}).content.decode()
    assert "month=5" in year
    assert "month=9" in year
    month = client.get(index.url, {"year": "2026", "month": "5"}).content.decode()
    assert "De mai" in month
    assert "De septembre" not in month
    assert "month=5" not in client.get(index.url).content.decode()


def test_archive_year_shows_only_its_articles(client, index, roads):
    NewsPageFactory(parent=index, category=roads, title="De 2025", date=date(2025, 5, 1))
    NewsPageFactory(parent=index, category=roads, title="De 2026", date=date(2026, 5, 1))
    page = client.get(index.url, {"year": "2025"}).content.decode()
    assert "De 2025" in page
    assert "De 2026" not in page


def test_news_index_is_paginated(client, index, roads):
    for day in range(1, 14):
        NewsPageFactory(parent=index, category=roads, title=f"Jour {day:02}", date=date(2026, 11, day))
    first = client.get(index.url).content.decode()
    second = client.get(index.url, {"page": "2"}).content.decode()
    assert "Jour 13" in first
    assert "Jour 01" not in first
    assert "Jour 01" in second
    assert "?page=2" in first


INVALID_FILTERS = [
    {"page": "3"},
    {"page": "0"},
    {"page": "-1"},
    {"page": "x"},
    {"page": "9" * 400},
    {"category": "inconnue"},
    {"category": "\x00"},
    {"year": "1999"},
    {"year": "2026", "month": "2"},
    {"year": "2026", "month": "13"},
    {"year": "2026", "month": "x"},
    {"year": "2026", "month": "\x00"},
    {"year": "2026", "month": "1" * 10_000},
    {"year": "20266"},
    {"year": "x"},
    {"year": "²⁰²⁶"},
]


def test_invalid_news_filter_returns_404(client, index, roads):
    for _ in range(13):
        NewsPageFactory(parent=index, category=roads)
    assert client.get(index.url, {"page": "2"}).status_code == 200
    statuses = [(query, client.get(index.url, query).status_code) for query in INVALID_FILTERS]
    assert [one for one in statuses if one[1] != 404] == []


def test_draft_and_restricted_articles_are_not_listed(client, index, roads):
    NewsPageFactory(parent=index, category=roads, title="Brouillon", live=False)
    private = NewsPageFactory(parent=index, category=roads, title="Réservée")
    PageViewRestriction.objects.create(page=private, restriction_type=PageViewRestriction.LOGIN)
    shown = NewsPageFactory(parent=index, category=roads, title="Publique")
    for address in (index.url, f"{index.url}rss/"):
        text = client.get(address).content.decode()
        assert shown.title in text
        assert "Brouillon" not in text
        assert "Réservée" not in text
    assert "<b>1</b>" in client.get(index.url).content.decode()


# -- An article ------------------------------------------------------------------------------------------


@pytest.fixture
def article(index, roads):
    image = ImageFactory(file=get_test_image_file(size=(320, 200)))
    page = NewsPageFactory(
        parent=index,
        category=roads,
        title="Le Vieux-Port retrouve sa <plage>",
        author="la Municipalité",
        picture=image,
        picture_alt="Une barque devant le ponton",
        body=[
            ("text", "<p>On comblait la plage.</p>"),
            ("quote", {"text": "J’y retourne", "who": "Huguette"}),
        ],
    )
    return published(page)


def test_article_shows_date_lead_picture_and_text(client, article):
    page = client.get(article.url).content.decode()
    assert "Mardi 24 novembre 2026" in page
    assert article.lead in page
    assert "On comblait la plage." in page
    assert 'alt="Une barque devant le ponton"' in page
    assert 'type="image/avif"' in page or ".avif" in page
    assert 'width="' in page


def test_article_has_sharing_and_structured_data(client, article):
    page = client.get(article.url).content.decode()
    assert '<meta property="og:type" content="article">' in page
    assert '<meta property="og:image"' in page
    data = data_of(page)
    assert data["@type"] == "NewsArticle"
    assert data["headline"] == article.title
    assert data["datePublished"] == "2026-11-24"
    assert data["author"]["name"] == "la Municipalité"


def test_title_cannot_close_structured_data(client, index, roads):
    page = NewsPageFactory(parent=index, category=roads, title="</script><b>&amp;")
    assert data_of(client.get(page.url).content.decode())["headline"] == "</script><b>&amp;"


def test_article_names_services_in_its_language(client, home, index, roads):
    permit, hall = (ContentPageFactory(parent=home, title=title) for title in ("Macaron", "Salle"))
    article = NewsPageFactory(parent=index, category=roads)
    article.related_services = [RelatedService(service=permit), RelatedService(service=hall)]
    article.save()
    german = translated(article, "de", title="Bauarbeiten")
    translated(permit, "de", title="Parkkarte")
    page = client.get(german.url).content.decode()
    assert "Parkkarte" in page
    assert "Macaron" not in page
    assert "Salle" in page


def test_article_omits_unpublished_service(client, home, index, roads):
    article = NewsPageFactory(parent=index, category=roads)
    article.related_services = [
        RelatedService(service=ContentPageFactory(parent=home, title="Secret", live=False))
    ]
    article.save()
    assert "Secret" not in client.get(article.url).content.decode()


def test_article_picture_requires_alternative_text(index, roads):
    article = NewsPageFactory(parent=index, category=roads)
    article.picture = ImageFactory(file=get_test_image_file())
    with pytest.raises(ValidationError, match="picture"):
        article.full_clean()
    article.picture_alt = "Le ponton"
    article.full_clean()


def test_newsletter_link_contains_topics_of_article(client, index, roads):
    article = NewsPageFactory(parent=index, category=roads)
    topic = TopicFactory()
    article.topics = [topic]
    article.save()
    assert f"/infolettre/?topic={topic.translation_key}" in client.get(article.url).content.decode()


def test_search_finds_published_article(article):
    entry = SearchEntry.objects.get(language="fr", kind="news")
    assert entry.title == article.title
    assert "On comblait la plage." in entry.text
    assert entry.date.date() == article.date


# -- Languages -------------------------------------------------------------------------------------------


def test_category_is_shown_in_language_of_page(client, index, roads, lake):
    NewsCategoryFactory(
        name="Baustellen", slug="chantiers", translation_key=roads.translation_key, locale=locale("de")
    )
    for number, category in enumerate((roads, lake)):
        french = NewsPageFactory(parent=index, category=category, title=f"Page {number}")
        translated(french, "de", title=f"Seite {number}")
    german = index.get_translation(locale("de"))
    page = client.get(german.url, {"category": "chantiers"}).content.decode()
    assert "Seite 0" in page
    assert "Seite 1" not in page
    assert "Page 0" not in page
    assert "Baustellen" in page
    assert "Lac et port" in page


def test_renamed_category_shows_new_name_at_once(client, index, roads):
    article = NewsPageFactory(parent=index, category=roads)
    assert "Chantiers" in client.get(article.url).content.decode()
    roads.name = "Rues"
    roads.save()
    for address in (article.url, index.url):
        page = client.get(address).content.decode()
        assert "Rues" in page
        assert "Chantiers" not in page


def test_translated_article_uses_topics_of_its_source(index, roads):
    topic = TopicFactory()
    translated_topic(topic, "de", "Baustellen")
    article = NewsPageFactory(parent=index, category=roads)
    article.topics = [topic]
    article.save()
    german = translated(article, "de")
    german.topics = []
    german.save()
    SubscriberFactory(topics=[topic], language="de")
    SubscriberFactory(topics=[topic], language="fr")
    SubscriberFactory(topics=[topic], language="de", pending=True)
    german = NewsPage.objects.get(pk=german.pk)
    assert german.matched_topics() == [topic]
    assert german.reach() == 1


# -- Cost ------------------------------------------------------------------------------------------------


def test_news_index_and_article_need_few_queries(client, index, article, roads, lake, home, uncached):
    NewsPageFactory.create_batch(14, parent=index, category=lake)
    article.topics = [TopicFactory()]
    article.related_services = [RelatedService(service=ContentPageFactory(parent=home))]
    article.save()
    german = translated(article, "de")
    uncached(index.url, most=12)
    uncached(german.url, most=12)
    uncached(german.get_parent().url, most=12)
    uncached(f"{index.url}?category=lac-et-port&page=2", most=12)
    uncached(article.url, most=12)
