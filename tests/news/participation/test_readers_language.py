"""Reader's language on pages in another language: forms, e-mails and acknowledgements keep it."""

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


def links_on(client, page) -> set[str]:
    """Return the addresses on the page, for a German reader, except for that of the page."""
    text = client.get(f"{page.url}?lu=de").text
    main = text[text.index("<main") : text.index("</main>")]
    return {url for url in re.findall(r'(?:href|action)="([^"#?]*)', main) if url != page.url}


def survey(home):
    return SurveyPageFactory(parent=home, results="at_once")


def article(home):
    page = NewsPageFactory(parent=NewsIndexPageFactory(parent=home), comments_open=True)
    return published(page)


def counter(home):
    """Create a counter page that offers problem reports."""
    ReportCategoryFactory()
    return make_counter(home)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (survey, ["/de/participation/sondages/"]),
        (article, ["/de/participation/commentaires/", "/de/participation/avis/"]),
        (lambda home: published(ContentPageFactory(parent=home)), ["/de/participation/avis/"]),
        (lambda home: NewsIndexPageFactory(parent=home), ["/de/infolettre/"]),
        (lambda home: NoticeIndexPageFactory(parent=home), ["/de/infolettre/"]),
        (lambda home: JobIndexPageFactory(parent=home), ["/de/infolettre/"]),
        (lambda home: EventIndexPageFactory(parent=home), ["/de/propositions/evenement/"]),
        (lambda home: make_service(make_counter(home)), ["/de/demande/"]),
        (counter, ["/de/delais/", "/de/signaler/", "/de/signalements/"]),
    ],
)
def test_untranslated_page_links_forms_in_reader_language(client, home, make, expected):
    page = make(home)
    found = links_on(client, page)
    for one in expected:
        assert any(url.startswith(one) for url in found), one
        assert not any(url.startswith(one.removeprefix("/de")) for url in found), one


def test_newsletter_form_uses_language_without_home_page(client, home):
    for _twice in range(2):
        assert 'action="/it/infolettre/"' in client.get("/it/", follow=True).text
        assert 'action="/infolettre/"' in client.get("/").text


def test_page_without_reader_language_links_own_language(client, box):
    assert f'href="/participation/consultations/{box.pk}/contribuer/"' in client.get(box.url).text


def test_contribution_is_confirmed_in_reader_language(client, box):
    (form,) = [url for url in links_on(client, box) if "contribuer" in url]
    assert f'href="{box.url}?lu=de" lang="fr"' in client.get(form).text
    opened = client.get(form).context["form"]["opened"].value()
    client.post(form, FILLED | {"title": "Eine Bank", "text": "Am See.", "opened": opened}, **HERE)
    assert Delivery.objects.get().payload["text"].startswith("Ist das von Ihnen?")
    link = mailed_link(LEA)
    assert link.startswith("/de/")
    thanks = client.post(link, follow=True)
    assert f'href="{box.url}?lu=de"' in thanks.text


def test_survey_is_answered_in_reader_language(client, home):
    page = survey(home)
    (form,) = [url for url in links_on(client, page) if "sondages" in url]
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


def test_vote_is_confirmed_in_reader_language(client, box):
    box.votes = True
    published(box)
    idea = ContributionFactory(consultation=box.translation_key, state=ModerationState.PUBLISHED)
    (shown,) = [url for url in links_on(client, box) if "contributions" in url]
    assert f'href="{box.url}?lu=de" lang="fr"' in client.get(shown).text
    client.post(f"{shown}voix/", {"email": LEA}, **HERE)
    with override("de"):
        assert f'href="{idea.get_absolute_url()}"' in client.post(mailed_link(LEA), follow=True).text


def test_feedback_is_acknowledged_in_reader_language(client, home):
    page = published(ContentPageFactory(parent=home))
    (box,) = [url for url in links_on(client, page) if "avis" in url]
    thanks = client.post(box, {"page": page.pk, "useful": "no"}, **HERE, follow=True)
    assert f'href="{page.url}?lu=de"' in thanks.text
