"""Participation in any situation."""

from datetime import date

import factory

from news.participation.models import (
    Comment,
    ConsultationIndexPage,
    ConsultationPage,
    Contribution,
    SurveyPage,
)
from news.participation.moderation.states import ModerationState
from tests.factories.home import PageFactory


class ConsultationIndexPageFactory(PageFactory):
    title = "Participer"
    slug = "participer"

    class Meta:
        model = ConsultationIndexPage


class ConsultationPageFactory(PageFactory):
    title = factory.Sequence(lambda number: f"Boîte à idées {number}")
    slug = factory.Sequence(lambda number: f"boite-{number}")
    opens_on = date(2026, 11, 1)

    class Meta:
        model = ConsultationPage


class ContributionFactory(factory.django.DjangoModelFactory):
    title = factory.Sequence(lambda number: f"Un banc {number}")
    text = "À l’ombre du tilleul."
    name = "Léa Rochat"
    shown_as = "first"
    email = "lea@example.org"
    language = "fr"
    state = ModerationState.PUBLISHED

    class Meta:
        model = Contribution


class SurveyPageFactory(PageFactory):
    title = factory.Sequence(lambda number: f"Sondage {number}")
    slug = factory.Sequence(lambda number: f"sondage-{number}")
    opens_on = date(2026, 11, 1)
    questions = [
        ("single", {"question": "Où allez-vous ?", "required": True, "options": ["Port", "Forêt"]}),
        ("multiple", {"question": "Avec qui ?", "options": ["Port", "Forêt", "Vignes"]}),
        ("scale", {"question": "Content ?", "low": "pas du tout", "high": "tout à fait"}),
        ("text", {"question": "Que manque-t-il ?"}),
    ]

    class Meta:
        model = SurveyPage


class CommentFactory(factory.django.DjangoModelFactory):
    text = factory.Sequence(lambda number: f"Une remarque {number}")
    name = "Léa Rochat"
    shown_as = "first"
    email = "lea@example.org"
    language = "fr"
    state = ModerationState.PUBLISHED

    class Meta:
        model = Comment
