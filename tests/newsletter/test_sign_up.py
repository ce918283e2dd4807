from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from eservices.deliveries.models import Delivery
from home.web.rate_limits import HOUR, RateLimit
from newsletter import rate_limits
from newsletter.models import ConsentEvent, Subscriber
from newsletter.states import SubscriberState
from tests.factories.home import make_site
from tests.factories.newsletter import SubscriberFactory, TopicFactory, translated_topic

pytestmark = pytest.mark.django_db

ADDRESS = "elodie@courriel.example"
HERE = {"Origin": "http://testserver"}


@pytest.fixture(autouse=True, scope="module")
def site(module_db):
    return make_site()


@pytest.fixture
def subscribe(client):
    """``subscribe(…)`` posts the sign-up form as a browser does from a page of the site."""

    def send(email=ADDRESS, headers=HERE, language="", **data):
        return client.post(f"{language}/infolettre/", {"email": email, **data}, headers=headers)

    return send


def letters_to(address=ADDRESS):
    return Delivery.objects.filter(recipient=address).order_by("created_at")


def test_new_address_is_mailed_a_link_and_stays_pending(subscribe):
    topic = TopicFactory(name="Chantiers")
    answer = subscribe(choose="1", topics=[str(topic.translation_key)])
    assert answer.status_code == 302
    assert answer.url == reverse("newsletter:asked")
    subscriber = Subscriber.objects.get()
    assert subscriber.state == SubscriberState.PENDING
    assert subscriber.topic_keys == {topic.translation_key}
    letter = letters_to().get()
    assert f"/infolettre/confirmer/{subscriber.secret}/" in letter.payload["text"]
    assert "Chantiers" in letter.payload["text"]


def test_preferences_link_is_mailed_only_to_subscribers(subscribe):
    TopicFactory()
    known = SubscriberFactory(state=SubscriberState.CONFIRMED, email=ADDRESS)
    for address in (ADDRESS, "personne@courriel.example"):
        answer = subscribe(address, choose="1", known="1")
        assert answer.url == reverse("newsletter:reminded")
    assert known.secret in Delivery.objects.get().payload["text"]
    assert Subscriber.objects.count() == 1


def test_confirmation_link_confirms_only_by_its_button(client, subscribe):
    subscribe()
    subscriber = Subscriber.objects.get()
    link = reverse("newsletter:confirm", args=[subscriber.secret])
    assert client.get(link).status_code == 200
    subscriber.refresh_from_db()
    assert subscriber.state == SubscriberState.PENDING
    answer = client.post(link, follow=True)
    subscriber.refresh_from_db()
    assert subscriber.state == SubscriberState.CONFIRMED
    assert subscriber.confirmed_at
    assert answer.redirect_chain[-1][0] == reverse("newsletter:preferences", args=[subscriber.secret])
    assert ADDRESS in answer.content.decode()


def test_confirming_twice_records_one_consent_and_one_email(client):
    subscriber = SubscriberFactory(pending=True, email=ADDRESS)
    link = reverse("newsletter:confirm", args=[subscriber.secret])
    client.post(link)
    client.post(link)
    own = reverse("newsletter:preferences", args=[subscriber.secret])
    assert client.get(link).url == own  # the e-mail's link, opened again, asks nothing
    assert subscriber.consents.filter(kind=ConsentEvent.Kind.CONFIRMED).count() == 1
    assert letters_to().count() == 1


def test_sign_up_field_of_the_home_page_selects_all_topics(subscribe):
    topics = TopicFactory.create_batch(2)
    subscribe()
    assert Subscriber.objects.get().topic_keys == {topic.translation_key for topic in topics}


def test_sign_up_page_requires_a_topic(subscribe):
    TopicFactory()
    answer = subscribe(choose="1")
    assert answer.status_code == 422
    assert ADDRESS in answer.content.decode()
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize("topic", ["", "nothing", "6f1c0f66-2d5e-4bd6-b93f-6ac4b2bdf0aa", "\x00"])
def test_unknown_topic_is_refused(subscribe, topic):
    TopicFactory()
    assert subscribe(choose="1", topics=[topic]).status_code == 422


@pytest.mark.parametrize("address", ["", "elodie", "a@b", "x" * 250 + "@courriel.example", "é\x00@a.example"])
def test_invalid_address_is_refused_at_its_field(subscribe, address):
    answer = subscribe(email=address)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not Delivery.objects.exists()


def test_consent_stores_time_page_and_wording_without_ip_address(subscribe):
    subscribe(headers=HERE | {"Referer": "http://testserver/actualites/plage/"})
    consent = ConsentEvent.objects.get()
    assert (consent.kind, consent.page) == ("asked", "/actualites/plage/")
    assert consent.wording
    assert "127.0.0.1" not in str(vars(consent))


def test_confirmation_email_is_in_the_language_of_the_page(subscribe):
    subscribe(language="/de")
    subscriber = Subscriber.objects.get()
    assert subscriber.language == "de"
    text = letters_to().get().payload["text"]
    assert f"/de/infolettre/confirmer/{subscriber.secret}/" in text
    assert text.endswith("/de/\n")  # the site's address, after that of the sender


def test_confirmation_email_is_sent_after_the_transaction(subscribe, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        subscribe()
    assert [letter.to for letter in mail.outbox] == [[ADDRESS]]


# -- No answer reveals whether an address is known -------------------------------------------------------


@pytest.mark.parametrize("state", ["pending", "confirmed", "gone"])
def test_known_address_gets_the_same_answer_as_a_new_one(subscribe, client, state):
    SubscriberFactory(email=ADDRESS, **({} if state == "confirmed" else {state: True}))
    known, new = subscribe(), subscribe(email="neuf@courriel.example")
    assert (known.status_code, known.url) == (new.status_code, new.url)
    assert known.content == new.content
    assert letters_to().count() == 1


def test_subscribed_address_is_mailed_its_preferences_link(subscribe):
    kept, other = TopicFactory(), TopicFactory()
    subscriber = SubscriberFactory(email=ADDRESS, topics=[kept])
    subscribe(choose="1", topics=[str(other.translation_key)])
    subscriber.refresh_from_db()
    assert subscriber.state == SubscriberState.CONFIRMED
    assert subscriber.topic_keys == {kept.translation_key}
    assert f"/preferences/{subscriber.secret}/" in letters_to().get().payload["text"]


def test_address_in_capitals_is_the_same_subscriber(subscribe):
    SubscriberFactory(email=ADDRESS)
    subscribe(email="Elodie@Courriel.Example")
    assert Subscriber.objects.count() == 1


def test_unsubscribed_address_must_confirm_again(subscribe, client):
    subscriber = SubscriberFactory(email=ADDRESS, gone=True)
    subscribe()
    subscriber.refresh_from_db()
    assert subscriber.state == SubscriberState.PENDING
    client.post(reverse("newsletter:confirm", args=[subscriber.secret]))
    subscriber.refresh_from_db()
    assert subscriber.state == SubscriberState.CONFIRMED


# -- Refused sign-ups ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Referer": "https://testserver.evil.example/"},
        {"Origin": "http://["},
        {"Referer": "http://[testserver/"},
    ],
)
def test_form_of_another_site_sends_nothing_and_keeps_the_input(subscribe, headers):
    answer = subscribe(headers=headers)
    assert answer.status_code == 403
    assert ADDRESS in answer.content.decode()
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    "headers",
    [
        HERE,
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-origin", "Referer": "http://["},
        {"Referer": "http://testserver/infolettre/"},
    ],
)
def test_form_of_the_site_is_accepted(subscribe, headers):
    assert subscribe(headers=headers).status_code == 302
    assert letters_to().exists()


def test_address_that_cannot_be_mailed_is_refused_at_its_field(subscribe):
    answer = subscribe(email='"\x01"@courriel.example')
    assert answer.status_code == 422
    assert not Subscriber.objects.exists()


def test_robot_filling_the_hidden_field_gets_no_email(subscribe):
    answer = subscribe(website="https://spam.example")
    assert answer.url == reverse("newsletter:asked")
    assert not Subscriber.objects.exists()


def test_address_beyond_the_rate_limit_gets_an_error(
    subscribe,
):
    answers = [subscribe() for _ in range(rate_limits.PER_EMAIL.most + 1)]
    assert {one.url for one in answers[:-1]} == {reverse("newsletter:asked")}
    assert answers[-1].status_code == 429
    assert "Plusieurs e-mails sont partis vers cette adresse." in answers[-1].text
    assert letters_to().count() == rate_limits.PER_EMAIL.most


def test_tagged_addresses_share_one_rate_limit(subscribe):
    tagged = [ADDRESS.replace("@", f"+{number}@") for number in range(rate_limits.PER_EMAIL.most + 1)]
    for address in tagged:
        subscribe(email=address)
    assert [letters_to(address).count() for address in tagged] == [1] * rate_limits.PER_EMAIL.most + [0]


def test_rate_limit_ends_after_an_hour(subscribe):
    with time_machine.travel("2026-11-24 10:00", tick=False) as clock:
        for _ in range(rate_limits.PER_EMAIL.most + 1):
            subscribe()
        clock.shift(HOUR + 1)
        subscribe()
    assert letters_to().count() == rate_limits.PER_EMAIL.most + 1


def test_network_address_is_rate_limited(subscribe, monkeypatch):
    monkeypatch.setattr(rate_limits, "PER_CLIENT", RateLimit("newsletter-client", 2))
    answers = [subscribe(email=f"a{number}@courriel.example").status_code for number in range(3)]
    assert answers == [302, 302, 429]


def test_rate_limit_counts_clients_behind_a_proxy(subscribe, monkeypatch, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    monkeypatch.setattr(rate_limits, "PER_CLIENT", RateLimit("newsletter-client", 1))
    seen = ["192.0.2.1", "192.0.2.2", "192.0.2.250, 192.0.2.1"]
    answers = [subscribe(headers=HERE | {"X-Forwarded-For": address}).status_code for address in seen]
    assert answers == [302, 302, 429]


@pytest.mark.parametrize("name", ["confirm", "preferences", "unsubscribe"])
def test_unknown_link_is_not_found(client, name):
    unknown = client.get(reverse(f"newsletter:{name}", args=["A" * 22]))
    assert unknown.status_code == 404
    assert "Ce lien n’est plus valable." in unknown.text
    assert client.post(reverse(f"newsletter:{name}", args=["A" * 22])).status_code == 404


def test_expired_link_confirms_nothing(client):
    subscriber = SubscriberFactory(pending=True, link_expires_at=timezone.now() - timedelta(seconds=1))
    link = reverse("newsletter:confirm", args=[subscriber.secret])
    assert client.get(link).status_code == 410
    assert client.post(link).status_code == 410
    subscriber.refresh_from_db()
    assert subscriber.state == SubscriberState.PENDING


def test_unconfirmed_address_has_no_preferences_page(client):
    subscriber = SubscriberFactory(pending=True)
    assert client.get(reverse("newsletter:preferences", args=[subscriber.secret])).status_code == 404
    assert client.post(reverse("newsletter:unsubscribe", args=[subscriber.secret])).status_code == 404


def test_old_confirmation_link_does_not_resubscribe(client):
    subscriber = SubscriberFactory(gone=True)
    assert client.post(reverse("newsletter:confirm", args=[subscriber.secret])).status_code == 404
    subscriber.refresh_from_db()
    assert subscriber.state == SubscriberState.UNSUBSCRIBED


def test_sign_up_page_may_be_cached(client):
    TopicFactory()
    answer = client.get("/infolettre/")
    assert answer.status_code == 200
    assert not answer.cookies
    assert "csrfmiddlewaretoken" not in answer.content.decode()
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_link_from_an_article_selects_its_topics(client):
    wanted, other = TopicFactory(), TopicFactory()
    page = client.get("/infolettre/", {"topic": str(wanted.translation_key)}).content.decode()
    assert f'value="{wanted.translation_key}" checked' in page
    assert f'value="{other.translation_key}">' in page


def test_topics_are_in_the_language_of_the_page_if_translated(client):
    translated_topic(TopicFactory(name="Chantiers"), "de", "Baustellen")
    TopicFactory(name="Lac et port")
    page = client.get("/de/infolettre/").content.decode()
    assert "Baustellen" in page
    assert "Chantiers" not in page
    assert "Lac et port" in page
