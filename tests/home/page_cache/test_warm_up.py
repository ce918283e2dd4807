"""Warm-up: a worker renders published pages and their images before the first reader opens them."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation
from wagtail.images import get_image_model
from wagtail.images.models import Rendition
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Page

from home.page_cache import warm_up
from home.scheduling.periodic import periodic_jobs
from news.articles.models import NewsPage
from tests.factories import home as make
from tests.factories import news

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(module_db):
    home = make.make_site()
    picture = get_image_model().objects.create(title="Port", file=get_test_image_file(size=(160, 120)))
    index = make.published(news.NewsIndexPageFactory(parent=home))
    return news.NewsPageFactory(parent=index, picture=picture, picture_alt="Le port", live=False)


@pytest.fixture
def article(made, db):
    return NewsPage.objects.get(pk=made.pk)


@pytest.fixture(autouse=True)
def site_anew():
    """Clear the cached site before and after each test, because tests change its settings."""
    warm_up._site.cache_clear()
    yield
    warm_up._site.cache_clear()


def put_online(article, slug: str) -> Page:
    return make.published(make.ContentPageFactory(parent=article.get_parent(), title=slug, slug=slug))


def sweep():
    dict(periodic_jobs.items())["first_looks"](timezone.now())


def due() -> list[int]:
    return [page.pk for page in warm_up.pages_to_warm()]


def cut() -> set[str]:
    return set(Rendition.objects.values_list("file", flat=True))


def test_images_of_published_page_are_rendered_by_job(client, article):
    make.published(article)
    sweep()
    ready = cut()
    assert len(ready) > 3
    for page in (article, article.get_parent(), article.get_parent().get_parent()):
        assert client.get(page.get_url()).status_code == 200
    assert cut() == ready, "nobody waits on the pages that show its picture either"


def test_warm_up_works_behind_proxy(settings, article):
    settings.WAGTAILADMIN_BASE_URL = "https://testserver"
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    make.published(article)
    sweep()
    assert cut()


def test_warm_up_works_for_other_site_behind_proxy(settings, article):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    school = make.second_site("ecole.example")
    page = news.NewsPageFactory(
        parent=make.published(news.NewsIndexPageFactory(parent=school)),
        category=article.category,
        picture=article.picture,
        picture_alt="Le port",
    )
    make.published(page)
    sweep()
    assert cut()


def test_warm_up_keeps_active_language_of_worker(article):
    german = make.translated(article.get_parent().get_parent(), "de", slug="start")
    warm_up.warm_page(german.pk)
    assert translation.get_language() == "fr"


def test_page_with_future_date_does_not_stop_warm_up(article):
    make.published(article)
    Page.objects.filter(pk=article.pk).update(last_published_at=timezone.now() + timedelta(days=400))
    sweep()
    assert put_online(article, "demain").pk in due()


def test_draft_is_not_warmed_up(article):
    article.save_revision()
    sweep()
    assert not cut()


def test_page_is_warmed_up_after_each_publication(article):
    make.published(article)
    assert article.pk in due()
    sweep()
    assert not due()
    make.published(article)
    assert due() == [article.pk]


def test_warm_up_proceeds_in_batches(article, monkeypatch):
    monkeypatch.setattr(warm_up, "BATCH_SIZE", 2)
    pages = [put_online(article, slug).pk for slug in ("un", "deux", "trois")]
    Page.objects.filter(pk__in=pages).update(last_published_at=timezone.now())
    Page.objects.exclude(pk__in=pages).update(last_published_at=None)
    assert due() == pages[:2]
    sweep()
    assert due() == pages[2:]


def test_warm_up_prefers_newest_pages_after_cache_loss(article, monkeypatch):
    monkeypatch.setattr(warm_up, "AT_MOST", 1)
    old, new = put_online(article, "hier"), put_online(article, "maintenant")
    Page.objects.exclude(pk=new.pk).update(last_published_at=timezone.now() - timedelta(days=9))
    assert due() == [new.pk]
    assert old.pk not in due()


def test_warm_up_of_deleted_page_is_no_error(article):
    warm_up.warm_page(article.pk)
    article.delete()
    warm_up.warm_page(article.pk)
    assert not cut()
