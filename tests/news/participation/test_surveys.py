"""Surveys: answers, counts, results and anonymity."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils.translation import override

from eservices.accounts.roles import ensure_roles
from news.participation.jobs import erase_old_participation
from news.participation.models import SurveyAnswer, SurveyParticipation
from news.participation.surveys import actions
from news.participation.surveys.results import SurveyQuestion, count_results
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.home import published, translated
from tests.factories.participation import SurveyPageFactory
from tests.news.participation.conftest import HERE, mailed_link, prove

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
LEA = "lea@example.org"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def survey(box):
    """A survey open to everyone, with immediate results."""
    return SurveyPageFactory(parent=box.get_parent(), results="at_once")


@pytest.fixture
def once(box):
    """A survey with one answer per person, with results after its end."""
    return SurveyPageFactory(parent=box.get_parent(), once=True, closes_on=date(2026, 11, 30))


def answer(client, page, headers=HERE, **data):
    url = reverse("participation:survey", args=[page.pk])
    form = client.get(url).context["form"]
    single, multiple, scale, text = form.questions
    typed = {
        f"q-{single.key}": single.options[0][0],
        f"q-{multiple.key}": [key for key, _label in multiple.options[:2]],
        f"q-{scale.key}": "4",
        f"q-{text.key}": "Plus de lumière",
        "opened": form["opened"].value(),
        "website": "",
    }
    return client.post(url, typed | data, **headers)


def test_survey_results_are_shown_as_table(client, survey):
    assert answer(client, survey).status_code == 302
    assert answer(client, survey).status_code == 302
    text = client.get(survey.url).content.decode()
    assert "<caption>Où allez-vous" in text
    assert "100 %" in text
    assert "en moyenne 4" in text
    assert "Plus de lumière" not in text  # only for the administration
    assert not SurveyParticipation.objects.exists()


@pytest.mark.parametrize(
    ("language", "until"), [("fr", "Jusqu’au 30 novembre 2026"), ("it", "Fino al 30 novembre 2026")]
)
def test_survey_end_is_worded_for_surveys_and_consultations(once, language, until):
    """“Ouverte jusqu’au” would fit a consultation, but not a “sondage”, which is masculine."""
    with override(language):
        assert once.period_text == until


def test_single_answer_survey_requires_proven_address(client, once):
    answer(client, once, email=LEA)
    assert not SurveyAnswer.objects.exists()
    client.post(mailed_link(LEA))
    assert SurveyAnswer.objects.count() == 1
    client.cookies.clear()
    answer(client, once, email="Lea+x@example.org")
    assert "done=answered_before" in client.post(mailed_link("lea+x@example.org")).url
    assert SurveyAnswer.objects.count() == 1


def test_survey_answer_cannot_be_linked_to_person(client, once):
    client.force_login(UserFactory(email=LEA))
    answer(client, once)
    kept, taken = str(SurveyAnswer.objects.values().get()), str(SurveyParticipation.objects.values().get())
    assert LEA not in kept + taken
    assert SurveyParticipation.objects.get().who not in kept


def test_survey_results_wait_for_its_end(client, once, clock):
    actions.submit_answers(
        page=once,
        said={once.question_definitions()[0].key: once.question_definitions()[0].options[0][0]},
        email=LEA,
    )
    assert "<caption>" not in client.get(once.url).content.decode()
    once.once = False
    once.save()
    clock.move_to(datetime(2026, 12, 1, 9, tzinfo=UTC))
    assert "<caption>" in client.get(f"{once.url}?apres").content.decode()


def test_survey_results_wait_for_late_confirmations(client, once, clock):
    clock.move_to(datetime(2026, 11, 30, 22, tzinfo=UTC))
    answer(client, once, email=LEA)
    clock.move_to(datetime(2026, 12, 2, 9, tzinfo=UTC))
    waiting = client.get(f"{once.url}?apres").content.decode()
    assert "<caption>" not in waiting
    assert "après le 3 décembre 2026" in waiting
    prove(client, LEA)
    assert SurveyAnswer.objects.get().day == date(2026, 11, 30)
    clock.move_to(datetime(2026, 12, 4, 9, tzinfo=UTC))
    assert "<caption>" in client.get(f"{once.url}?plus-tard").content.decode()


def test_immediate_survey_results_show_until_when_they_change(client, once, clock):
    once.results = "at_once"
    published(once)
    clock.move_to(datetime(2026, 12, 1, 9, tzinfo=UTC))
    assert "jusqu’au 3 décembre 2026" in client.get(f"{once.url}?apres").content.decode()


def test_hidden_survey_results_are_not_shown(client, box, clock):
    page = SurveyPageFactory(parent=box.get_parent(), results="never", closes_on=date(2026, 11, 20))
    assert "<caption>" not in client.get(page.url).content.decode()
    assert client.get(reverse("participation:survey", args=[page.pk])).url == page.url


def test_survey_answers_in_all_languages_count_together(client, survey):
    german = translated(survey, "de", title="Umfrage")
    answer(client, survey)
    assert "100 %" in client.get(german.url).content.decode()


def test_survey_settings_apply_in_every_language(client, survey):
    german = translated(survey, "de", title="Umfrage")
    survey.once, survey.results = True, "never"
    published(survey)
    answer(client, german)
    assert not SurveyAnswer.objects.exists()
    assert "<caption>" not in client.get(german.url).content.decode()


def test_survey_answer_after_closing_keeps_typed_text(client, survey, clock):
    survey.closes_on = date(2026, 11, 24)
    survey.save()
    url = reverse("participation:survey", args=[survey.pk])
    text = client.get(url).context["form"].questions[-1].key
    clock.shift(timedelta(days=1))
    late = client.post(url, {f"q-{text}": "Plus de lumière"}, **HERE)
    assert late.status_code == 409
    assert "Plus de lumière" in late.content.decode()
    assert not SurveyAnswer.objects.exists()


@pytest.mark.parametrize("said", ["x", "\x00", "x" * 10_000])
def test_survey_option_not_offered_is_refused(client, survey, said):
    key = survey.question_definitions()[0].key
    assert answer(client, survey, **{f"q-{key}": said}).status_code == 422
    assert not SurveyAnswer.objects.exists()


def test_required_survey_answer_is_requested(client, survey):
    key = survey.question_definitions()[0].key
    assert answer(client, survey, **{f"q-{key}": ""}).status_code == 422


def test_empty_survey_request_is_refused(client, survey, once):
    for page in (survey, once):
        assert client.post(reverse("participation:survey", args=[page.pk]), **HERE).status_code == 422


def test_survey_answer_of_bot_or_other_site_is_not_counted(client, survey):
    answer(client, survey, website="https://spam.example")
    assert answer(client, survey, headers={"HTTP_SEC_FETCH_SITE": "cross-site"}).status_code == 403
    assert not SurveyAnswer.objects.exists()


def test_survey_participation_is_erased_before_answers(once):
    actions.submit_answers(page=once, said={"x": "y"}, email=LEA)
    erase_old_participation(NOW + timedelta(days=367))
    assert not SurveyParticipation.objects.exists()
    assert SurveyAnswer.objects.exists()
    erase_old_participation(NOW + timedelta(days=3 * 365 + 2))
    assert not SurveyAnswer.objects.exists()


def test_staff_exports_survey_answers_without_formulas(client, survey):
    answer(client, survey, **{f"q-{survey.question_definitions()[3].key}": "=1+1"})
    client.force_login(SuperuserFactory())
    listed = client.get(reverse("participation_desk:surveys")).content.decode()
    assert survey.title in listed
    assert "Brouillon" not in listed
    assert "=1+1" in client.get(reverse("participation_desk:survey", args=[survey.pk])).content.decode()
    file = client.get(reverse("participation_desk:survey_csv", args=[survey.pk]))
    assert file["Content-Disposition"] == f'attachment; filename="{survey.slug}-2026-11-24.csv"'
    text = file.content.decode()
    assert "'=1+1" in text
    assert text.startswith("\ufeffJour;")
    assert ";Port, Forêt" in text


def test_unpublished_survey_is_listed_as_draft(client, survey):
    survey.unpublish()
    client.force_login(SuperuserFactory())
    assert "Brouillon" in client.get(reverse("participation_desk:surveys")).content.decode()


def test_agent_cannot_see_surveys(client, survey):
    agent = UserFactory(is_staff=True)
    agent.groups.add(ensure_roles("agents")["agents"])
    client.force_login(agent)
    for url in (
        reverse("participation_desk:surveys"),
        reverse("participation_desk:survey", args=[survey.pk]),
        reverse("participation_desk:survey_csv", args=[survey.pk]),
    ):
        assert client.get(url).status_code == 404


def test_survey_page_needs_few_queries_and_no_token(client, survey, django_assert_max_num_queries):
    client.get(survey.url)
    with django_assert_max_num_queries(10):
        response = client.get(f"{survey.url}?autre")
    assert "csrf" not in response.content.decode()
    assert not response.cookies


def test_survey_shares_refer_to_answers_of_question():
    question = SurveyQuestion("q", "multiple", "?", (("a", "A"), ("b", "B")))
    (result,) = count_results([question], [{"q": ["a", "b"]}, {"q": ["a"]}, {}])
    assert result.answered == 2
    assert [(bar.number, bar.share) for bar in result.bars] == [(2, 100), (1, 50)]
