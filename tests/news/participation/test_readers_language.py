"""Whoever reads another language than a page keeps it through its forms, their letters and the thanks."""

import re

import pytest
from django.utils.translation import override

from eservices.deliveries.models import Delivery
from home.models import HomePage
from news.participation.moderation.states import ModerationState
from tests.factories.catalogue import make_counter, make_service
from tests.factories.home import ContentPageFactory, published, translated
from tests.factories.news import (
    EventIndexPageFactory,
    JobIndexPageFactory,
    NewsIndexPageFactory,
    NewsPageFactory,
    NoticeIndexPageFactory,
)
from tests.factories.participation import ContributionFactory, SurveyPageFactory
from tests.factories.reports import ReportCategoryFactory
from tests.news.participation.conftest import HERE, mailed_link

pytestmark = pytest.mark.django_db
LEA = "lea@example.org"
FILLED = {"name": "Léa Rochat", "shown_as": "first", "email": LEA}


@pytest.fixture(autouse=True, scope="module")
def german_home(made):
    translated(HomePage.objects.get(), "de", title="Startseite", slug="start")


def ways(client, page) -> set[str]:
    """The addresses that a reader of German is sent to by the page, as far as they are no pages."""
    text = client.get(f"{page.url}?lu=de").text
    main = text[text.index("<main") : text.index("</main>")]
    return {url for url in re.findall(r'(?:href|action)="([^"#?]*)', main) if url != page.url}


def survey(home):
    return SurveyPageFactory(parent=home, results="at_once")


def article(home):
    page = NewsPageFactory(parent=NewsIndexPageFactory(parent=home), comments_open=True)
    return published(page)


def counter(home):
    """Which takes reports."""
    ReportCategoryFactory()
    return make_counter(home)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (survey, "/de/participation/sondages/"),
        (article, "/de/participation/commentaires/"),
        (article, "/de/participation/avis/"),
        (lambda home: published(ContentPageFactory(parent=home)), "/de/participation/avis/"),
        (lambda home: NewsIndexPageFactory(parent=home), "/de/infolettre/"),
        (lambda home: NoticeIndexPageFactory(parent=home), "/de/infolettre/"),
        (lambda home: JobIndexPageFactory(parent=home), "/de/infolettre/"),
        (lambda home: EventIndexPageFactory(parent=home), "/de/propositions/evenement/"),
        (lambda home: make_service(make_counter(home)), "/de/demande/"),
        (counter, "/de/delais/"),
        (counter, "/de/signaler/"),
        (counter, "/de/signalements/"),
    ],
)
def test_a_foreign_page_leads_to_its_forms_in_the_readers_language(client, home, make, expected):
    page = make(home)
    found = ways(client, page)
    assert any(url.startswith(expected) for url in found)
    assert not any(url.startswith(expected.removeprefix("/de")) for url in found)


def test_a_language_without_a_home_page_signs_up_in_it_all_the_same_and_nobody_else_does(client, home):
    for _twice in range(2):
        assert 'action="/it/infolettre/"' in client.get("/it/", follow=True).text
        assert 'action="/infolettre/"' in client.get("/").text


def test_nobody_else_is_sent_to_another_language(client, box):
    assert f'href="/participation/consultations/{box.pk}/contribuer/"' in client.get(box.url).text


def test_an_idea_on_a_foreign_page_is_written_proven_and_thanked_for_in_the_readers_language(client, box):
    (form,) = [url for url in ways(client, box) if "contribuer" in url]
    assert f'href="{box.url}?lu=de" lang="fr"' in client.get(form).text
    opened = client.get(form).context["form"]["opened"].value()
    client.post(form, FILLED | {"title": "Eine Bank", "text": "Am See.", "opened": opened}, **HERE)
    assert Delivery.objects.get().payload["text"].startswith("Ist das von Ihnen?")
    link = mailed_link(LEA)
    assert link.startswith("/de/")
    thanks = client.post(link, follow=True)
    assert f'href="{box.url}?lu=de"' in thanks.text


def test_answers_on_a_foreign_page_are_thanked_for_in_the_readers_language(client, home):
    page = survey(home)
    (form,) = [url for url in ways(client, page) if "sondages" in url]
    shown = client.get(form)
    assert f'<h1 lang="fr">{page.title}</h1>' in shown.text
    assert '<span lang="fr">Où allez-vous ?</span>' in shown.text
    assert '<span lang="fr">Port</span>' in shown.text
    assert 'lang="fr">Où' not in client.get(form.removeprefix("/de")).text
    first, *_others = shown.context["form"].questions
    said = {f"q-{first.key}": first.options[0][0], "opened": shown.context["form"]["opened"].value()}
    thanks = client.post(form, said, **HERE, follow=True)
    assert "Danke" in thanks.text
    assert f'href="{page.url}?lu=de"' in thanks.text


def test_a_vote_on_a_foreign_idea_is_thanked_for_in_the_readers_language(client, box):
    box.votes = True
    published(box)
    idea = ContributionFactory(consultation=box.translation_key, state=ModerationState.PUBLISHED)
    (shown,) = [url for url in ways(client, box) if "contributions" in url]
    assert f'href="{box.url}?lu=de" lang="fr"' in client.get(shown).text
    client.post(f"{shown}voix/", {"email": LEA}, **HERE)
    with override("de"):
        assert f'href="{idea.get_absolute_url()}"' in client.post(mailed_link(LEA), follow=True).text


def test_a_verdict_on_a_foreign_page_leads_back_to_it_in_the_readers_language(client, home):
    page = published(ContentPageFactory(parent=home))
    (box,) = [url for url in ways(client, page) if "avis" in url]
    thanks = client.post(box, {"page": page.pk, "useful": "no"}, **HERE, follow=True)
    assert f'href="{page.url}?lu=de"' in thanks.text
