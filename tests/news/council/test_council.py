"""Council meetings, the document library and vacancies."""

import json
import re
from datetime import date

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.urls import reverse
from wagtail.blocks import StructBlockValidationError
from wagtail.models import Collection, CollectionViewRestriction, Page
from wagtail_factories import DocumentFactory

from home.caching.site_version import bump_version
from home.search import index
from news.council.newsletter_content import MeetingContent
from news.library.models import Publication
from news.vacancies.newsletter_content import VacancyContent
from tests.factories.accounts import SuperuserFactory
from tests.factories.home import ContentPageFactory, published, translated
from tests.factories.news import (
    DocumentKindFactory,
    JobIndexPageFactory,
    JobPageFactory,
    LibraryPageFactory,
    MeetingIndexPageFactory,
    MeetingPageFactory,
    PublicationFactory,
    moment,
)

NOW = moment(2026, 11, 26, 10)
ITEM = {"title": "Budget 2027", "text": "", "document": None, "outcome": "", "votes_for": None}
DECIDED = ITEM | {"outcome": "accepted", "votes_for": 34, "votes_against": 10, "abstentions": None}


@pytest.fixture(autouse=True)
def november():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def document(**fields):
    return DocumentFactory(file=ContentFile(b"%PDF-1.4", name="proces-verbal.pdf"), file_size=3000, **fields)


# -- The council -----------------------------------------------------------------------------------------


@pytest.fixture
def council(home):
    return MeetingIndexPageFactory(parent=home)


def test_council_lists_upcoming_then_past_meetings_by_year(client, council):
    MeetingPageFactory(parent=council, title="Décembre")
    minutes = document(title="PV d’octobre")
    MeetingPageFactory(parent=council, title="Octobre", start=moment(2026, 10, 8, 20), minutes=minutes)
    MeetingPageFactory(parent=council, title="Juin dernier", start=moment(2025, 6, 12, 20))
    MeetingPageFactory(parent=council, title="Brouillon", live=False)
    page = client.get(council.url).content.decode()
    places = [
        page.index(words) for words in ("Décembre", "2026</h2>", "Octobre", "2025</h2>", "Juin dernier")
    ]
    assert places == sorted(places)
    assert minutes.url in page
    assert "Brouillon" not in page


def test_meeting_page_shows_decisions_and_votes(client, council):
    meeting = MeetingPageFactory(parent=council, start=moment(2026, 10, 8, 20), agenda=[("item", DECIDED)])
    page = client.get(meeting.url).content.decode()
    assert "Accepté" in page
    assert "34 oui, 10 non, 0 abstentions" in page
    assert [hit.title for hit in index.find_entries("budget", "fr").hits] == []
    published(meeting)
    assert [hit.title for hit in index.find_entries("budget", "fr").hits] == [meeting.title]


def test_minutes_show_whether_they_are_approved(client, council):
    meeting = MeetingPageFactory(parent=council, start=moment(2026, 10, 8, 20), minutes=document(title="PV"))
    assert "Provisoire" in client.get(meeting.url).content.decode()
    meeting.minutes_approved = date(2026, 11, 5)
    meeting.save()
    assert "5 novembre 2026" in client.get(meeting.url).content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        ITEM | {"votes_for": 3},
        DECIDED | {"votes_against": None},
        DECIDED | {"outcome": ""},
        ITEM | {"abstentions": 2},
    ],
)
def test_incomplete_votes_are_refused(council, wrong):
    block = MeetingPageFactory(parent=council)._meta.get_field("agenda").stream_block.child_blocks["item"]
    block.clean(block.to_python(DECIDED))
    block.clean(block.to_python(ITEM))
    with pytest.raises(StructBlockValidationError):
        block.clean(block.to_python(wrong))


def test_meetings_are_offered_as_calendar_feed(client, council):
    MeetingPageFactory(parent=council, cancelled=True)
    text = client.get(f"{council.url}ics/").content.decode()
    assert "DTSTART:20261210T190000Z" in text
    assert "STATUS:CANCELLED" in text


def test_meeting_is_downloaded_as_calendar_until_it_is_over(client, council):
    meeting = MeetingPageFactory(parent=council)
    assert f'href="{meeting.url}ics/"' in client.get(meeting.url).content.decode()
    answer = client.get(f"{meeting.url}ics/")
    assert answer["Content-Type"].startswith("text/calendar")
    assert answer.content.decode().count("BEGIN:VEVENT") == 1
    past = MeetingPageFactory(parent=council, start=moment(2026, 10, 8, 20))
    off = MeetingPageFactory(parent=council, cancelled=True)
    assert all("/ics/" not in client.get(page.url).content.decode() for page in (past, off))


def test_newsletter_announces_upcoming_meetings(council):
    meeting = MeetingPageFactory(parent=council)
    (found,) = MeetingContent().fresh(NOW, NOW, moment(2026, 12, 31))
    entry = MeetingContent().entries([found], "fr")[meeting.pk]
    assert entry.day == date(2026, 12, 10)


def test_council_pages_need_few_queries(council, uncached):
    for number in range(6):
        MeetingPageFactory(parent=council, start=moment(2026, 3, number + 1, 20), minutes=document())
    items = [("item", DECIDED | {"document": document()}) for _ in range(4)]
    meeting = MeetingPageFactory(parent=council, agenda=items, minutes=document())
    uncached(council.url, most=12)
    uncached(meeting.url, most=12)


# -- The library -----------------------------------------------------------------------------------------


@pytest.fixture
def library(home):
    return LibraryPageFactory(parent=home)


@pytest.fixture
def rules(library):
    budget = DocumentKindFactory(name="Budgets", slug="budgets")
    PublicationFactory(title="Budget 2025", kind=budget, date=date(2024, 12, 5))
    return PublicationFactory(title="Règlement de l’été", number="R 7", document=document())


def listed(client, url) -> str:
    return client.get(url).content.decode()


def test_library_is_filtered_by_category_year_and_words(client, library, rules):
    everything = listed(client, library.url)
    assert "PDF 2,9" in everything
    assert rules.document.url in everything
    for query in ("?kind=reglements", "?year=2026", "?q=ETE reglement", "?q=r+7"):
        page = listed(client, library.url + query)
        assert rules.title in page, query
        assert "Budget 2025" not in page, query
    assert "Aucun document" in listed(client, f"{library.url}?q=licorne")


def test_empty_library_states_that_nothing_is_published(client, library):
    assert "n’est encore publié" in listed(client, library.url)
    assert "Essayez" in listed(client, f"{library.url}?q=licorne")


@pytest.mark.parametrize("query", ["kind=x", "year=1999", "year=x", "page=9", "kind=%00", "q=%00"])
def test_library_with_invalid_filter_returns_404(client, library, rules, query):
    assert client.get(f"{library.url}?{query}").status_code == (200 if query == "q=%00" else 404)


def test_library_document_is_indexed_and_removed_from_index(library, rules):
    assert [hit.url for hit in index.find_entries("règlement été", "fr").hits] == [rules.document.url]
    index.rebuild_index()
    assert index.find_entries("règlement été", "fr").hits
    rules.delete()
    assert not index.find_entries("règlement été", "fr").hits


def test_restricted_document_is_neither_listed_nor_found(client, library, rules):
    inside = Collection.get_first_root_node().add_child(name="Interne")
    rules.document.collection = inside
    rules.document.save()
    closed = CollectionViewRestriction.objects.create(collection=inside, restriction_type="login")
    assert rules.title not in listed(client, library.url)
    assert not index.find_entries("règlement été", "fr").hits
    closed.delete()
    assert rules.title in listed(client, library.url)
    assert index.find_entries("règlement été", "fr").hits


def test_library_shows_categories_in_its_language(client, library, rules):
    german = translated(library, "de", title="Dokumente")
    kind = rules.kind.copy_for_translation(german.locale)
    kind.name = "Reglemente"
    kind.save()
    page = listed(client, german.url)
    assert "Reglemente" in page
    assert f'lang="fr"><a href="{rules.document.url}"' in page


def test_library_query_count_is_independent_of_documents(library, rules, uncached):
    for _ in range(6):
        PublicationFactory(kind=rules.kind, document=document())
    uncached(library.url, most=12)


def test_library_is_listed_in_admin(client, library, rules):
    client.force_login(SuperuserFactory())
    url = reverse(Publication.snippet_viewset.get_url_name("list"))
    assert rules.title in client.get(url).content.decode()


# -- Vacancies -------------------------------------------------------------------------------------------


@pytest.fixture
def jobs(home):
    return JobIndexPageFactory(parent=home)


def test_vacancy_is_listed_until_its_closing_date(client, jobs, november):
    job = published(JobPageFactory(parent=jobs, title="Jardinière"))
    JobPageFactory(parent=jobs, title="Concierge", closes_on=None)
    places = (jobs.url, f"{jobs.url}rss/", "/recherche/?q=jardiniere")
    november.move_to(moment(2026, 12, 12, 23, 59))
    assert all(job.url in client.get(url).content.decode() for url in places)
    assert VacancyContent().entries([job], "fr")
    november.move_to(moment(2026, 12, 13, 0, 0))
    assert not any(job.url in client.get(url).content.decode() for url in places)
    assert not VacancyContent().entries([job], "fr")
    assert "Concierge" in client.get(jobs.url).content.decode()


def test_vacancy_shows_how_to_apply_until_it_closes(client, jobs, november):
    job = JobPageFactory(parent=jobs)
    page = client.get(job.url).content.decode()
    assert "mailto:rh@orvenay.example" in page
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)[1])
    assert data["validThrough"] == "2026-12-13T00:00:00+01:00"
    november.move_to(moment(2026, 12, 13, 0, 0))
    page = client.get(job.url).content.decode()
    assert "mailto:rh@" not in page
    assert "noindex" in page


def test_vacancy_links_application_service_in_its_language(client, home, jobs):
    service = ContentPageFactory(parent=home, title="Postuler", slug="postuler")
    job = translated(JobPageFactory(parent=jobs, apply_at=service), "de", title="Gärtnerin")
    job.apply_at = service
    job.save()
    assert '"/postuler/?' in client.get(job.url).content.decode()
    translated(service, "de", title="Bewerben", slug="bewerben")
    assert '"/de/bewerben/"' in client.get(job.url).content.decode()
    Page.objects.filter(translation_key=service.translation_key).update(live=False)
    bump_version()
    assert "mailto:rh@orvenay.example" in client.get(job.url).content.decode()


def test_vacancy_closing_on_last_possible_date_is_open(client, jobs):
    job = published(JobPageFactory(parent=jobs, closes_on=date.max))
    assert "mailto:rh@orvenay.example" in client.get(job.url).content.decode()
    assert job.url in client.get(jobs.url).content.decode()


def test_vacancies_need_few_queries(jobs, uncached):
    listed = JobPageFactory.create_batch(5, parent=jobs)
    uncached(jobs.url, most=12)
    uncached(listed[0].url, most=12)
