"""Participation from a phone: every page and state fits and is accessible."""

import pytest
from django.urls import reverse

from news.participation.models import Contribution, PageFeedback, PendingAction, SurveyAnswer, Vote
from news.participation.moderation import actions as moderation
from tests.factories.news import NewsIndexPageFactory, NewsPageFactory
from tests.factories.participation import (
    CommentFactory,
    ConsultationIndexPageFactory,
    ConsultationPageFactory,
    SurveyPageFactory,
)
from tests.support.browser import assert_accessible, press

pytestmark = pytest.mark.usefixtures("transactional_db")
LEA = "lea@example.org"


@pytest.fixture
def page(visit):
    return visit(width=360, height=740, has_touch=True, is_mobile=True)


def judge(page):
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
    assert_accessible(page)


def send(page, name):
    """Send the form empty, which shows the errors, beside the fields and in the summary."""
    judge(page)
    press(page.get_by_role("button", name=name))
    judge(page)
    assert page.locator(".errors").is_visible()


def test_idea_is_submitted_confirmed_published_and_voted_for(page, site):
    box = ConsultationPageFactory(parent=ConsultationIndexPageFactory(parent=site))
    page.goto(box.url)
    judge(page)
    press(page.get_by_role("link", name="Proposer une idée"))
    send(page, "Envoyer")
    page.fill("[name=title]", "Un banc à l’ombre")
    page.fill("[name=text]", "Sous le tilleul.")
    page.fill("[name=name]", "Léa Rochat")
    page.fill("[name=email]", LEA)
    press(page.get_by_role("button", name="Envoyer"))
    judge(page)
    page.goto(reverse("participation:confirm", args=[PendingAction.objects.get().secret]))
    judge(page)
    press(page.locator("main form button"))
    judge(page)
    idea = Contribution.objects.get()
    moderation.publish_written(actor=None, written=idea)
    page.goto(idea.get_absolute_url())
    judge(page)
    page.context.clear_cookies()
    press(page.get_by_role("button", name="Je vote pour"))
    judge(page)
    press(page.locator("main form .btn"))
    judge(page)
    assert page.locator(".errors").is_visible()
    assert not Vote.objects.exists()


def test_survey_is_answered_and_its_results_are_shown(page, site):
    survey = SurveyPageFactory(parent=ConsultationIndexPageFactory(parent=site), results="at_once")
    page.goto(survey.url)
    judge(page)
    press(page.get_by_role("link", name="Répondre"))
    send(page, "Envoyer")
    page.get_by_label("Port").first.check()
    press(page.get_by_role("button", name="Envoyer"))
    judge(page)
    page.goto(survey.url)
    judge(page)
    assert SurveyAnswer.objects.count() == 1


def test_article_gets_a_comment_and_negative_feedback(page, site):
    article = NewsPageFactory(parent=NewsIndexPageFactory(parent=site), comments_open=True)
    said = CommentFactory(article=article.translation_key, reply="Merci, nous y pensons.")
    page.goto(article.url)
    judge(page)
    page.goto(reverse("participation:comment", args=[article.pk]))
    send(page, "Envoyer")
    page.goto(reverse("participation:own", args=["comment", said.secret]))
    judge(page)
    page.goto(article.url)
    press(page.get_by_role("button", name="Non", exact=True))
    judge(page)
    page.fill("[name=text]", "Écrivez à lea@example.org")
    press(page.locator("main form .btn"))
    judge(page)
    assert page.locator(".errors").is_visible()
    page.fill("[name=text]", "L’horaire manque.")
    press(page.locator("main form .btn"))
    judge(page)
    assert PageFeedback.objects.get().text == "L’horaire manque."
