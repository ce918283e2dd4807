"""A reader is told in their own language where a page exists in another one only, and finds the way back."""

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
    """In French only."""
    return ContentPage.objects.get(pk=made.pk)


@pytest.fixture
def section(port):
    """In French and in German."""
    return port.get_parent().specific


@pytest.fixture
def home(section):
    return section.get_parent().specific


def tag(html: str, name: str, mark: str) -> str:
    """The elements of a name that a mark stands in."""
    return "\n".join(one for one in re.findall(rf"<{name}\b.*?</{name}>", html, re.S) if mark in one)


# -- The address of the language that is missing -------------------------------------------------------------
def test_the_switch_leads_to_where_the_reader_is_told_and_says_so(client, port):
    link = tag(client.get(port.url).text, "a", 'lang="de"')
    assert 'href="/de/vivre/port/"' in link
    assert "Diese Seite gibt es nur auf Französisch." in link


def test_there_they_read_it_in_their_language_with_ways_on(client, port, django_assert_max_num_queries):
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


def test_an_address_of_the_other_language_leads_to_the_translation(client, port):
    make.translated(port, "de", title="Der Hafen", slug="hafen")
    answer = client.get("/de/vivre/port/")
    assert (answer.status_code, answer["Location"]) == (302, "/de/leben/hafen/")


def test_a_page_in_german_only_is_told_of_in_french(client, section):
    german = section.get_translations().get()
    make.published(
        make.ContentPageFactory(parent=german, title="Abfall", slug="abfall", locale=german.locale)
    )
    answer = client.get("/leben/abfall/")
    assert "Cette page n’existe qu’en allemand." in answer.text
    assert 'href="/de/leben/abfall/?lu=fr" hreflang="de"' in answer.text
    assert 'href="/vivre/"' in answer.text


@pytest.mark.parametrize("state", ["draft", "closed", "closed above"])
def test_what_is_not_public_is_not_told_of(client, section, port, state):
    if state == "draft":
        port.unpublish()
    else:
        (port if state == "closed" else section).view_restrictions.create(restriction_type="login")
    answer = client.get("/de/vivre/port/")
    assert answer.status_code == 404
    assert "Le port" not in answer.text
    assert client.get("/de/nichts/").status_code == 404


def test_a_notice_is_told_of_within_its_days_only(client, home):
    board = NoticeIndexPageFactory(parent=home, slug="avis")
    with time_machine.travel(NOW, tick=False) as clock:
        notice = make.published(NoticePageFactory(parent=board, title="Villa", first_day=date(2026, 11, 2)))
        address = f"/de{notice.url}"
        assert "Villa" in client.get(address).text
        clock.move_to(notice.ends)
        answer = client.get(address)
        assert answer.status_code == 404
        assert "Villa" not in answer.text


def test_a_rule_of_the_editors_counts_first(client, port):
    Redirect.objects.create(old_path="/de/vivre/port", redirect_link="/de/leben/")
    assert client.get("/de/vivre/port/")["Location"] == "/de/leben/"


# -- Arriving ------------------------------------------------------------------------------------------------
def test_whoever_is_led_to_a_foreign_page_is_told_in_their_language(client, port):
    told = tag(client.get(f"{port.url}?lu=de").text, "aside", 'lang="de"')
    assert "Diese Seite gibt es nur auf Französisch." in told
    assert 'href="/de/" hreflang="de"' in told
    make.translated(port, "de", title="Der Hafen", slug="hafen")
    told = tag(client.get(f"{port.url}?lu=de").text, "aside", 'lang="de"')
    assert 'href="/de/leben/hafen/"' in told


@pytest.mark.parametrize("written", [{}, {"nom": "Anna", "website": "x"}], ids=["refused", "taken"])
def test_whoever_writes_from_a_foreign_page_is_still_told_afterwards(client, section, written):
    page = make.published(make.ContactPageFactory(parent=section, title="Nous écrire"))
    form = tag(client.get(f"{page.url}?lu=de").text, "form", "website")
    action = re.search(r'action="([^"]*)"', form)[1]
    assert "nur auf Französisch" in tag(client.post(action, written, follow=True).text, "aside", 'lang="de"')
    assert f'action="{page.url}"' in client.get(page.url).text


def test_in_a_language_that_nothing_is_written_in_the_reader_is_led_to_what_there_is_and_told(client, port):
    answer = client.get("/it/vivre/port/", follow=True)
    assert answer.redirect_chain == [("/vivre/port/?lu=it", 302)]
    told = tag(answer.text, "aside", 'lang="it"')
    assert "Questa pagina esiste solo in francese." in told
    assert "href" not in told
    assert client.get("/it/recherche/").status_code == 200


@pytest.mark.parametrize("query", ["", "?lu=fr", "?lu=xx", "?lu=<b>", "?lu="])
def test_nobody_else_is_told_anything(client, port, query):
    assert "nur auf Französisch" not in tag(client.get(port.url + query).text, "aside", "lang=")


def test_the_page_with_the_word_is_kept_apart_from_the_page_without(client, port, settings):
    settings.PAGE_CACHE = True
    for query, expected in (("?lu=de", True), ("", False), ("?lu=de", True)):
        shown = tag(client.get(port.url + query).text, "aside", 'lang="de"')
        assert ("nur auf Französisch" in shown) is expected


def test_links_to_a_foreign_page_take_the_word_along(client, home, section, port):
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


def test_lists_that_are_short_in_a_language_lead_to_the_long_ones(client, home):
    for factory in (NewsIndexPageFactory, EventIndexPageFactory):
        index = factory(parent=home)
        german = make.translated(index, "de", title="Kurz")
        assert f'href="{index.url}?lu=de"' in tag(client.get(german.url).text, "a", "Mehr auf Französisch")
        assert "Mehr auf" not in client.get(index.url).text


def test_a_counter_lists_the_services_that_are_not_translated(client, home):
    counter = make_counter(home)
    service = make_service(counter)
    german = make.translated(counter, "de", title="Schalter", slug="schalter")
    shown = client.get(german.url).text
    assert "Mehr auf Französisch" in shown
    assert f'<a href="{service.url}?lu=de" hreflang="fr"><div lang="fr"><b>{service.title}</b>' in shown
    assert "Nach Ihrer Lebenslage" not in shown
    assert "Mehr auf" not in client.get(counter.url).text


def test_a_section_lists_what_is_not_translated_yet_and_says_in_which_language_it_is(client, section, port):
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


def test_on_a_foreign_page_every_way_on_keeps_the_language_of_the_reader(client, home, section, port):
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
    assert 'href="/de/vivre/lac/"' in tag(shown, "a", 'lang="de"')  # the switch leads where it led
    assert 'href="https://orvenay.example/"' in shown
    assert "?lu=" not in client.get(page.url).text


def test_the_further_pages_of_a_foreign_list_keep_it_too(client, home):
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


def test_what_is_sought_within_a_foreign_list_keeps_it_as_well(client, home):
    """A browser drops the query of an address when it sends a form to it."""
    kept = '<input type="hidden" name="lu" value="de">'
    counter = make_counter(home)
    library = LibraryPageFactory(parent=home)
    for page in (counter, library):
        for form in re.findall(r"<form.*?</form>", client.get(f"{page.url}?lu=de").text, re.S):
            sought_here = f'action="{page.url}"' in form
            assert form.count(kept) == sought_here  # the search of the site is in German already
        assert kept not in client.get(page.url).text
    assert client.get(counter.url, {"q": "xyz", "lu": "de"}).text.count(kept) == 1


# -- Search --------------------------------------------------------------------------------------------------
def test_search_shows_what_french_has_where_german_has_nothing(client, port):
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


def test_what_is_found_in_french_only_comes_at_once_and_says_so_in_a_sentence(client, section, port):
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


def test_words_that_mean_the_same_lead_a_reader_to_what_is_written_in_french_only(client, port):
    """“Hafen”: editors write down that it is what the page calls “port”."""
    typed = {"q": "hafen"}
    assert "/vivre/port/" not in client.get("/de/recherche/", typed).text
    SynonymGroup.objects.create(language="de", words="Hafen, Bootsplatz, Port")
    shown = client.get("/de/recherche/", typed).text
    assert 'href="/vivre/port/?lu=de" hreflang="fr"' in shown
    assert "/vivre/port/" not in client.get("/recherche/", typed).text


# -- Machines ------------------------------------------------------------------------------------------------
def test_machines_learn_of_versions_that_everybody_may_read_and_of_no_other(client, home, port):
    italian = make.translated(home, "it", title="Inizio")
    german = make.translated(port, "de", title="Der Hafen", slug="hafen")
    shown = client.get(port.url).text
    assert re.findall(r'rel="alternate" hreflang="([\w-]+)"', shown) == ["fr", "de", "x-default"]
    german.view_restrictions.create(restriction_type="login")
    assert 'rel="alternate"' not in client.get(port.url).text
    assert italian.url not in tag(shown, "head", "hreflang")


@pytest.mark.parametrize("file", ["reglement.pdf", "r%C3%A8glement.pdf"])
def test_what_is_gone_leads_to_the_home_page_in_another_language(client, home, file):
    gone = client.get(f"/documents/999/{file}")
    assert gone.status_code == 404
    assert 'href="/de/"' in tag(gone.text, "nav", "langs")
