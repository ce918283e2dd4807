"""Translated words in addresses, in a commune whose first language is not French."""

import re
from types import ModuleType

import pytest
from django.conf.urls.i18n import i18n_patterns
from django.test import Client
from django.urls import URLResolver
from wagtail.contrib.routable_page.models import RoutablePageMixin
from wagtail.models import get_page_models

from home.links.url_translation import LANGUAGES, translate_patterns, translate_route
from mysite import urls
from tests.factories.newsletter import SubscriberFactory

# Words that are the same in every language, and file names that machines request.
SAME = {"d", "v", "sms", "stop", "rss", "photo", "icone", "styles", "robots", "sitemap", "manifest", "worker"}
SAME |= {
    "atom",
    "css",
    "favicon",
    "gif",
    "ico",
    "ics",
    "jpg",
    "js",
    "json",
    "pdf",
    "png",
    "txt",
    "vcf",
    "webmanifest",
    "xml",
}

SECRET = "x" * 22


def routes(patterns, above="") -> list[str]:
    found = []
    for one in patterns:
        route = above + str(one.pattern)
        found += routes(one.url_patterns, route) if isinstance(one, URLResolver) else [route]
    return found


def subpages(model) -> tuple:
    return model.get_subpage_urls() if issubclass(model, RoutablePageMixin) else ()


@pytest.fixture
def german_addresses(settings):
    """Install the addresses of a German commune for one test, in a separate URL configuration."""
    settings.ROOT_URLCONF = ModuleType("german_urls")
    german = i18n_patterns(*translate_patterns(urls.for_people, "de"), prefix_default_language=False)
    settings.ROOT_URLCONF.urlpatterns = [*german, *urls.urlpatterns]


@pytest.mark.parametrize("language", LANGUAGES)
def test_address_words_are_translated_without_collisions(language):
    french = set(routes(urls.for_people))
    below_pages = {route for model in get_page_models() for route in routes(subpages(model))}
    words = {
        word
        for route in french | below_pages
        for word in re.findall(r"[a-z][a-z-]*[a-z]|[a-z]", re.sub("<.*?>", "", route))
    }
    assert not {word for word in words - SAME if translate_route(word, "de") == word} - {
        "dossier",
        "code",
        "codes",
    }
    assert len({translate_route(route, language) for route in french}) == len(french)
    assert translate_route("dossier/<uuid:document>/rappel/", "it") == "pratica/<uuid:document>/richiamo/"


@pytest.mark.django_db
def test_post_to_french_address_is_not_redirected(german_addresses):
    """A mail program that unsubscribes by one click follows no redirect (RFC 8058)."""
    subscriber, client = SubscriberFactory(), Client(enforce_csrf_checks=True)
    letter = f"/infolettre/desabonner/{subscriber.secret}/"
    assert client.post(letter, {"List-Unsubscribe": "One-Click"}).status_code == 200
    subscriber.refresh_from_db()
    assert subscriber.state == "unsubscribed"
    assert client.post("/compte/sortir/").status_code == 403


@pytest.mark.django_db
def test_french_address_redirects_to_german_address(german_addresses, client):
    assert client.get("/pruefen/").status_code == 200
    for french, german in {
        "/verifier/?code=A": "/pruefen/?code=A",
        "/it/verifier/": "/it/pruefen/",
        f"/collectes/rappel/{SECRET}/fin/": f"/abfuhren/erinnerung/{SECRET}/ende/",
    }.items():
        answer = client.get(french)
        assert (answer.status_code, answer.url) == (301, german)
