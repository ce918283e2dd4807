"""Pages that exist only in another language: the reader is informed in their language and offered the way back."""

import re
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.core.cache import cache
from wagtail.contrib.redirects.models import Redirect

from home.models import ContentPage, SynonymGroup
from tests.factories import home as make
from tests.factories.catalogue import make_counter, make_service
from tests.factories.news import (
    EventIndexPageFactory,
    LibraryPageFactory,
    NewsCategoryFactory,
    NewsIndexPageFactory,
    NewsPageFactory,
    NoticeIndexPageFactory,
    NoticePageFactory,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def made(module_db):
    make.CommuneSettingsFactory()
    home = make.make_site()
    make.translated(home, "de", title="Startseite", slug="start")
    section = make.SectionPageFactory(parent=home, title="Vivre ici", slug="vivre")
    make.translated(section, "de", title="Leben", slug="leben")
    return make.published(make.ContentPageFactory(parent=section, title="Le port", slug="port"))


@pytest.fixture
def port(made, db):
    """A page in French only."""
    return ContentPage.objects.get(pk=made.pk)


@pytest.fixture
def section(port):
    """A section in French and in German."""
    return port.get_parent().specific


@pytest.fixture
def home(section):
    return section.get_parent().specific


def tag(html: str, name: str, mark: str) -> str:
    """Return the elements of a name that contain a text."""
    return "\n".join(one for one in re.findall(rf"<{name}\b.*?</{name}>", html, re.S) if mark in one)


# -- Addresses of missing translations -----------------------------------------------------------------------
def test_language_switch_names_missing_translation(client, port):
    link = tag(client.get(port.url).text, "a", 'lang="de"')
    assert 'href="/de/vivre/port/"' in link
    assert "Diese Seite gibt es nur auf Französisch." in link


def test_missing_translation_page_is_in_reader_language(client, port, django_assert_max_num_queries):
    client.get("/de/vivre/port/")
    cache.clear()
    with django_assert_max_num_queries(12):
        answer = client.get("/de/vivre/port/")
    assert answer.status_code == 200
    assert answer["X-Robots-Tag"] == "noindex"
    assert '<html lang="de">' in answer.text
    assert re.search(r"<h1[^>]*>Diese Seite gibt es nur auf Französisch\.</h1>", answer.text)
    assert '<b lang="fr">Le port</b>' in answer.text
    assert 'href="/vivre/port/?lu=de" hreflang="fr"' in answer.text
    assert 'href="/de/leben/"' in answer.text
    assert "canonical" not in answer.text
    assert 'href="/vivre/port/" lang="fr"' in tag(answer.text, "a", 'lang="fr"')


def test_address_in_other_language_redirects_to_translation(client, port):
    make.translated(port, "de", title="Der Hafen", slug="hafen")
    answer = client.get("/de/vivre/port/")
    assert (answer.status_code, answer["Location"]) == (302, "/de/leben/hafen/")


def test_german_only_page_is_announced_in_french(client, section):
    german = section.get_translations().get()
    make.published(
        make.ContentPageFactory(parent=german, title="Abfall", slug="abfall", locale=german.locale)
    )
    answer = client.get("/leben/abfall/")
    assert "Cette page n’existe qu’en allemand." in answer.text
    assert 'href="/de/leben/abfall/?lu=fr" hreflang="de"' in answer.text
    assert 'href="/vivre/"' in answer.text


@pytest.mark.parametrize("state", ["draft", "closed", "closed above"])
def test_unpublished_or_restricted_page_is_not_announced(client, section, port, state):
    if state == "draft":
        port.unpublish()
    else:
        (port if state == "closed" else section).view_restrictions.create(restriction_type="login")
    answer = client.get("/de/vivre/port/")
    assert answer.status_code == 404
    assert "Le port" not in answer.text
    assert client.get("/de/nichts/").status_code == 404


def test_official_notice_is_announced_only_while_posted(client, home):
    board = NoticeIndexPageFactory(parent=home, slug="avis")
    with time_machine.travel(NOW, tick=False) as clock:
        notice = make.published(NoticePageFactory(parent=board, title="Villa", first_day=date(2026, 11, 2)))
        address = f"/de{notice.url}"
        assert "Villa" in client.get(address).text
        clock.move_to(notice.ends)
        answer = client.get(address)
        assert answer.status_code == 404
        assert "Villa" not in answer.text


def test_redirect_of_editors_precedes_announcement(client, port):
    Redirect.objects.create(old_path="/de/vivre/port", redirect_link="/de/leben/")
    assert client.get("/de/vivre/port/")["Location"] == "/de/leben/"


# -- Arriving ------------------------------------------------------------------------------------------------
def test_untranslated_page_informs_reader_in_their_language(client, port):
    told = tag(client.get(f"{port.url}?lu=de").text, "aside", 'lang="de"')
    assert "Diese Seite gibt es nur auf Französisch." in told
    assert 'href="/de/" hreflang="de"' in told
    make.translated(port, "de", title="Der Hafen", slug="hafen")
    told = tag(client.get(f"{port.url}?lu=de").text, "aside", 'lang="de"')
    assert 'href="/de/leben/hafen/"' in told


@pytest.mark.parametrize("written", [{}, {"nom": "Anna", "website": "x"}], ids=["refused", "taken"])
def test_contact_form_keeps_reader_language(client, section, written):
    page = make.published(make.ContactPageFactory(parent=section, title="Nous écrire"))
    form = tag(client.get(f"{page.url}?lu=de").text, "form", "website")
    action = re.search(r'action="([^"]*)"', form)[1]
    assert "nur auf Französisch" in tag(client.post(action, written, follow=True).text, "aside", 'lang="de"')
    assert f'action="{page.url}"' in client.get(page.url).text


def test_language_without_pages_redirects_to_existing_page(client, port):
    answer = client.get("/it/vivre/port/", follow=True)
    assert answer.redirect_chain == [("/vivre/port/?lu=it", 302)]
    told = tag(answer.text, "aside", 'lang="it"')
    assert "Questa pagina esiste solo in francese." in told
    assert "href" not in told
    assert client.get("/it/recherche/").status_code == 200


@pytest.mark.parametrize("query", ["", "?lu=fr", "?lu=xx", "?lu=<b>", "?lu="])
def test_page_without_other_reader_language_informs_nobody(client, port, query):
    assert "nur auf Französisch" not in tag(client.get(port.url + query).text, "aside", "lang=")


def test_page_cache_separates_reader_languages(client, port, settings):
    settings.PAGE_CACHE = True
    for query, expected in (("?lu=de", True), ("", False), ("?lu=de", True)):
        shown = tag(client.get(port.url + query).text, "aside", 'lang="de"')
        assert ("nur auf Französisch" in shown) is expected


def test_links_to_untranslated_page_keep_reader_language(client, home, section, port):
    german = section.get_translations().get()
    words = f'<p><a linktype="page" id="{port.pk}">Hafen</a></p>'
    button = {"page": port, "url": "", "label": "Zum Hafen"}
    page = make.ContentPageFactory(
        parent=german, locale=german.locale, title="See", body=[("text", words), ("button", button)]
    )
    shown = client.get(make.published(page).url).text
    assert shown.count('href="/vivre/port/?lu=de"') == 2
    french = make.ContentPageFactory(parent=section, title="Lac", body=[("text", words), ("button", button)])
    assert "?lu=" not in client.get(make.published(french).url).text


def test_short_translated_lists_link_long_lists(client, home):
    for factory in (NewsIndexPageFactory, EventIndexPageFactory):
        index = factory(parent=home)
        german = make.translated(index, "de", title="Kurz")
        assert f'href="{index.url}?lu=de"' in tag(client.get(german.url).text, "a", "Mehr auf Französisch")
        assert "Mehr auf" not in client.get(index.url).text


def test_counter_lists_untranslated_services(client, home):
    counter = make_counter(home)
    service = make_service(counter)
    german = make.translated(counter, "de", title="Schalter", slug="schalter")
    shown = client.get(german.url).text
    assert "Mehr auf Französisch" in shown
    assert f'<a href="{service.url}?lu=de" hreflang="fr"><div lang="fr"><b>{service.title}</b>' in shown
    assert "Nach Ihrer Lebenslage" not in shown
    assert "Mehr auf" not in client.get(counter.url).text


def test_section_lists_untranslated_pages_with_language(client, section, port):
    make.ContentPageFactory(parent=section, title="Brouillon", live=False)
    make.ContentPageFactory(parent=section, title="Interne").view_restrictions.create(
        restriction_type="login"
    )
    shown = client.get("/de/leben/").text
    assert "Mehr auf Französisch" in shown
    assert f'<a href="{port.url}?lu=de" hreflang="fr"><div lang="fr"><b>{port.title}</b>' in shown
    assert "Brouillon" not in shown
    assert "Interne" not in shown
    assert "Mehr auf" not in client.get(section.url).text
    make.translated(port, "de", title="Der Hafen", slug="hafen")
    shown = client.get("/de/leben/").text
    assert "Der Hafen" in shown
    assert "Mehr auf" not in shown


def test_links_on_untranslated_page_keep_reader_language(client, home, section, port):
    words = f'<p><a linktype="page" id="{section.pk}">Ici</a> <a href="https://orvenay.example/">loin</a></p>'
    door = {"page": section, "url": "", "label": "Vers ici"}
    page = make.published(
        make.ContentPageFactory(parent=section, title="Lac", body=[("text", words), ("button", door)])
    )
    shown = client.get(f"{page.url}?lu=de").text
    assert f'href="{section.url}"' not in shown
    assert shown.count(f'href="{section.url}?lu=de"') == 4  # menu, breadcrumb, text and button
    assert 'href="/?lu=de"' in tag(shown, "nav", "crumbs")
    assert 'action="/de/recherche/"' in client.get("/?lu=de").text
    assert f'href="{port.url}?lu=de"' in client.get(f"{section.url}?lu=de").text
    assert 'href="/de/vivre/lac/"' in tag(shown, "a", 'lang="de"')  # the language switch keeps its target
    assert 'href="https://orvenay.example/"' in shown
    assert "?lu=" not in client.get(page.url).text


def test_pagination_of_untranslated_list_keeps_reader_language(client, home):
    index = NewsIndexPageFactory(parent=home)
    category = NewsCategoryFactory()
    for number in range(30):
        NewsPageFactory(parent=index, title=f"Nouvelle {number}", category=category)
    shown = client.get(f"{index.url}?lu=de").text
    further = re.search(r'href="(\?[^"]*page=2[^"]*)"', shown)[1]
    assert further.count("lu=de") == 1
    assert 'href="/de/infolettre/' in shown
    assert not re.search(r'href="/de/[^"]*lu=de', shown)
    agenda = EventIndexPageFactory(parent=home)
    assert f'href="{agenda.url}?past&amp;lu=de"' in client.get(f"{agenda.url}?lu=de").text


def test_search_within_untranslated_list_keeps_reader_language(client, home):
    """A browser drops the query of an address when it submits a GET form to it."""
    kept = '<input type="hidden" name="lu" value="de">'
    counter = make_counter(home)
    library = LibraryPageFactory(parent=home)
    for page in (counter, library):
        for form in re.findall(r"<form.*?</form>", client.get(f"{page.url}?lu=de").text, re.S):
            sought_here = f'action="{page.url}"' in form
            assert form.count(kept) == sought_here  # the site search is in German already
        assert kept not in client.get(page.url).text
    assert client.get(counter.url, {"q": "xyz", "lu": "de"}).text.count(kept) == 1


# -- Search --------------------------------------------------------------------------------------------------
def test_search_shows_french_results_if_german_has_none(client, port):
    shown = client.get("/de/recherche/", {"q": "port"}).text
    assert 'href="/vivre/port/?lu=de" hreflang="fr"' in shown
    assert '<div lang="fr">' in shown
    make.translated(port, "de", title="Port", slug="hafen")
    shown = client.get("/de/recherche/", {"q": "port"}).text
    assert "/vivre/port/" not in shown
    assert "Mehr auf Französisch" in shown
    assert 'href="/recherche/?q=port" hreflang="fr"' in shown
    assert "Mehr auf" not in client.get("/de/recherche/").text
    assert "Davantage" not in client.get("/recherche/", {"q": "xylophone"}).text


def test_search_with_only_french_results_states_language(client, section, port):
    shown = client.get("/de/recherche/", {"q": "port"}).text
    assert "Diese Ergebnisse sind auf Französisch." in shown
    assert "1 Ergebnis" in shown
    assert "Nichts zu" not in shown
    assert 'class="void' not in shown
    make.published(make.ContentPageFactory(parent=section, title="Le port de plaisance"))
    shown = client.get("/de/recherche/", {"q": "port plaisance"}).text
    assert "Diese Ergebnisse sind auf Französisch." in shown
    assert "Keine Seite" not in shown
    shown = client.get("/de/recherche/", {"q": "xylophon"}).text
    assert "Nichts zu" in shown
    assert "Diese Ergebnisse" not in shown


def test_search_synonym_finds_page_in_french_only(client, port):
    """Editors record “Hafen” as a synonym of “port”, the word of the French page."""
    typed = {"q": "hafen"}
    assert "/vivre/port/" not in client.get("/de/recherche/", typed).text
    SynonymGroup.objects.create(language="de", words="Hafen, Bootsplatz, Port")
    shown = client.get("/de/recherche/", typed).text
    assert 'href="/vivre/port/?lu=de" hreflang="fr"' in shown
    assert "/vivre/port/" not in client.get("/recherche/", typed).text


# -- Search engines ------------------------------------------------------------------------------------------
def test_alternate_links_list_only_public_translations(client, home, port):
    italian = make.translated(home, "it", title="Inizio")
    german = make.translated(port, "de", title="Der Hafen", slug="hafen")
    shown = client.get(port.url).text
    assert re.findall(r'rel="alternate" hreflang="([\w-]+)"', shown) == ["fr", "de", "x-default"]
    german.view_restrictions.create(restriction_type="login")
    assert 'rel="alternate"' not in client.get(port.url).text
    assert italian.url not in tag(shown, "head", "hreflang")


@pytest.mark.parametrize("file", ["reglement.pdf", "r%C3%A8glement.pdf"])
def test_page_for_missing_file_links_home_in_other_language(client, home, file):
    gone = client.get(f"/documents/999/{file}")
    assert gone.status_code == 404
    assert 'href="/de/"' in tag(gone.text, "nav", "langs")
