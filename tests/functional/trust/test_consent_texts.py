"""Texts of consents: each consent names the version that was shown, and an older version stays readable."""

import pytest
from django.test import Client
from django.urls import reverse

from eservices.cases.actions.decision_notification import consent
from eservices.space.export import export_personal_data
from home.models import ConsentText
from news.channels.models.sms import PhoneConsent
from news.channels.sms import actions as sms
from newsletter import consent_wording
from newsletter.actions import subscribers
from newsletter.models import Subscriber
from tests.factories.accounts import UserFactory
from tests.factories.cases import CaseFactory, applicant
from tests.factories.newsletter import TopicFactory

pytestmark = pytest.mark.django_db
EMAIL = "elodie@courriel.example"


def subscribe(language: str = "fr") -> None:
    topics = [str(TopicFactory().translation_key)]
    subscribers.request_subscription(email=EMAIL, language=language, topic_keys=topics)


def wordings() -> list[str]:
    asked = Subscriber.objects.get().consents.filter(kind="asked").order_by("pk")
    return [ConsentText.text_of(one.wording) for one in asked]


def test_subscriber_consents_to_text_in_own_language_once_stored():
    subscribe()
    subscribe()
    subscribe("de")
    french, again, german = wordings()
    assert french.startswith("Nous ne vous écrivons que")
    assert french == again != german
    assert ConsentText.objects.count() == 2
    shown = Client().get(reverse("newsletter:subscribe")).text
    assert "Nous ne vous écrivons que sur les thèmes" in shown


def test_changed_text_is_a_new_version_and_the_old_one_stays(monkeypatch):
    subscribe()
    monkeypatch.setattr(consent_wording, "WORDING", "Nous écrivons à tous.")
    subscribe()
    before, after = wordings()
    assert after == "Nous écrivons à tous."
    assert before.startswith("Nous ne vous écrivons que")
    taken = export_personal_data(UserFactory(email=EMAIL))["newsletter"][0]["consent"]
    assert [one["text"] for one in taken] == [before, after]


def test_reader_by_sms_consents_to_the_text_shown(home, monkeypatch):
    monkeypatch.setattr(sms.secrets, "randbelow", lambda _most: 123456)
    reader = sms.request_subscription(number="+41791234567", language="fr", topic_keys=[], alerts=True)
    assert sms.confirm_by_code(reader=reader, code="123456")
    shown = ConsentText.text_of(PhoneConsent.objects.get().wording)
    assert "STOP" in shown


def test_consent_to_decisions_by_email_names_its_text(client):
    user = UserFactory(email=EMAIL)
    case = CaseFactory(user=user)
    consent.give_consent(actor=applicant(case), case=case, shown="J’accepte.")
    consent.give_consent(actor=applicant(case), case=case, shown="Autre chose.")  # in force already
    [request] = export_personal_data(user)["requests"]
    assert [one["text"] for one in request["consents"]] == ["J’accepte."]
