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
    """Sends the sign-up as a browser does from a page of ours."""

    def send(email=ADDRESS, headers=HERE, language="", **data):
        return client.post(f"{language}/infolettre/", {"email": email, **data}, headers=headers)

    return send


def letters_to(address=ADDRESS):
    return Delivery.objects.filter(recipient=address).order_by("created_at")


def test_a_new_address_is_mailed_a_link_and_is_not_subscribed_yet(subscribe):
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


def test_who_is_subscribed_gets_the_way_to_the_own_page_by_the_address_alone_and_nobody_else(subscribe):
    TopicFactory()
    known = SubscriberFactory(state=SubscriberState.CONFIRMED, email=ADDRESS)
    for address in (ADDRESS, "personne@courriel.example"):
        answer = subscribe(address, choose="1", known="1")
        assert answer.url == reverse("newsletter:reminded")
    assert known.secret in Delivery.objects.get().payload["text"]
    assert Subscriber.objects.count() == 1


def test_the_mailed_link_shows_a_button_and_only_the_button_confirms(client, subscribe):
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


def test_confirming_twice_writes_one_consent_and_one_letter(client):
    subscriber = SubscriberFactory(pending=True, email=ADDRESS)
    link = reverse("newsletter:confirm", args=[subscriber.secret])
    client.post(link)
    client.post(link)
    own = reverse("newsletter:preferences", args=[subscriber.secret])
    assert client.get(link).url == own  # opened once more, the letter asks nothing again
    assert subscriber.consents.filter(kind=ConsentEvent.Kind.CONFIRMED).count() == 1
    assert letters_to().count() == 1


def test_the_field_of_the_home_page_means_all_topics(subscribe):
    topics = TopicFactory.create_batch(2)
    subscribe()
    assert Subscriber.objects.get().topic_keys == {topic.translation_key for topic in topics}


def test_the_full_page_asks_for_at_least_one_topic(subscribe):
    TopicFactory()
    answer = subscribe(choose="1")
    assert answer.status_code == 422
    assert ADDRESS in answer.content.decode()
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize("topic", ["", "nothing", "6f1c0f66-2d5e-4bd6-b93f-6ac4b2bdf0aa", "\x00"])
def test_a_topic_that_does_not_exist_is_refused(subscribe, topic):
    TopicFactory()
    assert subscribe(choose="1", topics=[topic]).status_code == 422


@pytest.mark.parametrize("address", ["", "elodie", "a@b", "x" * 250 + "@courriel.example", "é\x00@a.example"])
def test_what_is_no_address_is_refused_beside_the_field(subscribe, address):
    answer = subscribe(email=address)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not Delivery.objects.exists()


def test_the_consent_keeps_when_from_where_and_which_wording_and_no_network_address(subscribe):
    subscribe(headers=HERE | {"Referer": "http://testserver/actualites/plage/"})
    consent = ConsentEvent.objects.get()
    assert (consent.kind, consent.page) == ("asked", "/actualites/plage/")
    assert consent.wording
    assert "127.0.0.1" not in str(vars(consent))


def test_the_letter_comes_in_the_language_of_the_page(subscribe):
    subscribe(language="/de")
    subscriber = Subscriber.objects.get()
    assert subscriber.language == "de"
    text = letters_to().get().payload["text"]
    assert f"/de/infolettre/confirmer/{subscriber.secret}/" in text
    assert text.endswith("/de/\n")  # the site, below the address of the sender


def test_the_letter_leaves_after_the_transaction(subscribe, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        subscribe()
    assert [letter.to for letter in mail.outbox] == [[ADDRESS]]


# -- Nothing reveals whether an address is known ---------------------------------------------------------


@pytest.mark.parametrize("state", ["pending", "confirmed", "gone"])
def test_a_known_address_gets_the_same_answer_as_a_new_one(subscribe, client, state):
    SubscriberFactory(email=ADDRESS, **({} if state == "confirmed" else {state: True}))
    known, new = subscribe(), subscribe(email="neuf@courriel.example")
    assert (known.status_code, known.url) == (new.status_code, new.url)
    assert known.content == new.content
    assert letters_to().count() == 1


def test_who_is_subscribed_is_mailed_their_own_page_and_keeps_their_topics(subscribe):
    kept, other = TopicFactory(), TopicFactory()
    subscriber = SubscriberFactory(email=ADDRESS, topics=[kept])
    subscribe(choose="1", topics=[str(other.translation_key)])
    subscriber.refresh_from_db()
    assert subscriber.state == SubscriberState.CONFIRMED
    assert subscriber.topic_keys == {kept.translation_key}
    assert f"/preferences/{subscriber.secret}/" in letters_to().get().payload["text"]


def test_capital_letters_make_no_second_subscriber(subscribe):
    SubscriberFactory(email=ADDRESS)
    subscribe(email="Elodie@Courriel.Example")
    assert Subscriber.objects.count() == 1


def test_who_unsubscribed_confirms_again(subscribe, client):
    subscriber = SubscriberFactory(email=ADDRESS, gone=True)
    subscribe()
    subscriber.refresh_from_db()
    assert subscriber.state == SubscriberState.PENDING
    client.post(reverse("newsletter:confirm", args=[subscriber.secret]))
    subscriber.refresh_from_db()
    assert subscriber.state == SubscriberState.CONFIRMED


# -- What is refused -------------------------------------------------------------------------------------


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
def test_a_form_of_another_site_mails_nothing_and_loses_nothing(subscribe, headers):
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
def test_a_form_of_ours_is_taken(subscribe, headers):
    assert subscribe(headers=headers).status_code == 302
    assert letters_to().exists()


def test_an_address_that_no_letter_can_bear_is_refused_beside_its_field(subscribe):
    answer = subscribe(email='"\x01"@courriel.example')
    assert answer.status_code == 422
    assert not Subscriber.objects.exists()


def test_a_robot_that_fills_the_hidden_field_gets_the_same_answer_and_no_letter(subscribe):
    answer = subscribe(website="https://spam.example")
    assert answer.url == reverse("newsletter:asked")
    assert not Subscriber.objects.exists()


def test_an_address_is_mailed_no_more_than_the_limit_and_nobody_is_told_of_a_letter_that_never_comes(
    subscribe,
):
    answers = [subscribe() for _ in range(rate_limits.PER_EMAIL.most + 1)]
    assert {one.url for one in answers[:-1]} == {reverse("newsletter:asked")}
    assert answers[-1].status_code == 429
    assert "Plusieurs lettres sont parties vers cette adresse." in answers[-1].text
    assert letters_to().count() == rate_limits.PER_EMAIL.most


def test_addresses_with_tags_are_one_mailbox_to_the_limit(subscribe):
    tagged = [ADDRESS.replace("@", f"+{number}@") for number in range(rate_limits.PER_EMAIL.most + 1)]
    for address in tagged:
        subscribe(email=address)
    assert [letters_to(address).count() for address in tagged] == [1] * rate_limits.PER_EMAIL.most + [0]


def test_the_limit_ends_with_the_hour(subscribe):
    with time_machine.travel("2026-11-24 10:00", tick=False) as clock:
        for _ in range(rate_limits.PER_EMAIL.most + 1):
            subscribe()
        clock.shift(HOUR + 1)
        subscribe()
    assert letters_to().count() == rate_limits.PER_EMAIL.most + 1


def test_one_network_address_cannot_enter_addresses_without_end(subscribe, monkeypatch):
    monkeypatch.setattr(rate_limits, "PER_CLIENT", RateLimit("newsletter-client", 2))
    answers = [subscribe(email=f"a{number}@courriel.example").status_code for number in range(3)]
    assert answers == [302, 302, 429]


def test_behind_a_proxy_people_are_counted_and_not_the_proxy(subscribe, monkeypatch, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    monkeypatch.setattr(rate_limits, "PER_CLIENT", RateLimit("newsletter-client", 1))
    seen = ["192.0.2.1", "192.0.2.2", "192.0.2.250, 192.0.2.1"]
    answers = [subscribe(headers=HERE | {"X-Forwarded-For": address}).status_code for address in seen]
    assert answers == [302, 302, 429]


@pytest.mark.parametrize("name", ["confirm", "preferences", "unsubscribe"])
def test_an_unknown_link_is_not_found(client, name):
    unknown = client.get(reverse(f"newsletter:{name}", args=["A" * 22]))
    assert unknown.status_code == 404
    assert "Ce lien n’est plus valable." in unknown.text
    assert client.post(reverse(f"newsletter:{name}", args=["A" * 22])).status_code == 404


def test_a_link_after_its_time_says_so_and_confirms_nothing(client):
    subscriber = SubscriberFactory(pending=True, link_expires_at=timezone.now() - timedelta(seconds=1))
    link = reverse("newsletter:confirm", args=[subscriber.secret])
    assert client.get(link).status_code == 410
    assert client.post(link).status_code == 410
    subscriber.refresh_from_db()
    assert subscriber.state == SubscriberState.PENDING


def test_an_unconfirmed_address_has_no_own_page(client):
    subscriber = SubscriberFactory(pending=True)
    assert client.get(reverse("newsletter:preferences", args=[subscriber.secret])).status_code == 404
    assert client.post(reverse("newsletter:unsubscribe", args=[subscriber.secret])).status_code == 404


def test_the_opt_in_link_of_who_unsubscribed_since_subscribes_nobody(client):
    subscriber = SubscriberFactory(gone=True)
    assert client.post(reverse("newsletter:confirm", args=[subscriber.secret])).status_code == 404
    subscriber.refresh_from_db()
    assert subscriber.state == SubscriberState.UNSUBSCRIBED


def test_the_sign_up_page_may_be_cached(client):
    TopicFactory()
    answer = client.get("/infolettre/")
    assert answer.status_code == 200
    assert not answer.cookies
    assert "csrfmiddlewaretoken" not in answer.content.decode()
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_a_link_from_an_article_ticks_its_topics(client):
    wanted, other = TopicFactory(), TopicFactory()
    page = client.get("/infolettre/", {"topic": str(wanted.translation_key)}).content.decode()
    assert f'value="{wanted.translation_key}" checked' in page
    assert f'value="{other.translation_key}">' in page


def test_topics_stand_in_the_language_of_the_page_and_else_in_theirs(client):
    translated_topic(TopicFactory(name="Chantiers"), "de", "Baustellen")
    TopicFactory(name="Lac et port")
    page = client.get("/de/infolettre/").content.decode()
    assert "Baustellen" in page
    assert "Chantiers" not in page
    assert "Lac et port" in page
