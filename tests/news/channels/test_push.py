"""Push notifications: only with consent, only for chosen topics, and removed with their article or device."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from py_vapid import VapidException
from wagtail.models import Page

from eservices.deliveries import actions as outbox
from eservices.deliveries.attempts import attempt_delivery
from eservices.deliveries.models import Delivery
from eservices.deliveries.transports import transports
from news.channels.models.push import Device
from news.channels.networks.base import NetworkError
from news.channels.push import vapid_keys
from news.channels.push.channel import is_trusted_push_service
from news.channels.states import PostState
from tests.factories.channels import draft, post_of, publish, tick, wake
from tests.factories.home import second_site
from tests.factories.news import NewsIndexPageFactory, moment
from tests.factories.newsletter import TopicFactory
from tests.news.channels.push_double import Browser, push_service

pytestmark = pytest.mark.usefixtures("transactional_db")
NOON, NIGHT, MORNING = moment(2026, 11, 26, 12), moment(2026, 11, 26, 23), moment(2026, 11, 27, 8, 1)
HERE = {"Sec-Fetch-Site": "same-origin"}
VAPID = "3_mZkU3RrSvYzOVBD1wvqIRsXbFrGbFsR8_c3vCNbT8"


@pytest.fixture
def service(settings):
    with push_service() as server, time_machine.travel(NOON, tick=False):
        settings.VAPID_PRIVATE_KEY, settings.VAPID_SUBJECT = VAPID, "mailto:web@orvenay.example"
        settings.PUSH_SERVICES = [server.url]
        yield server


@pytest.fixture
def topic(index):
    return TopicFactory(name="Chantiers")


def agree(client, browser, *topics, **changes):
    asked = browser.subscription | {
        "topics": [str(topic.translation_key) for topic in topics],
        "language": "fr",
    }
    return client.post(
        reverse("news:push_keep"), asked | changes, content_type="application/json", headers=HERE
    )


def article(index, topic, **fields):
    page = draft(index, **fields)
    page.topics = [topic]
    page.save()
    tick(page, "by_push")
    return page


def test_push_page_stores_nothing_until_subscription(client, index, topic, service):
    shown = client.get(reverse("news:push")).content.decode()
    assert vapid_keys.public_key() in shown
    assert "Chantiers" in shown
    assert not Device.objects.exists()
    assert "csrfmiddlewaretoken" not in shown


def test_subscriber_is_notified_of_topic_once(client, index, topic, service):
    browser = Browser(service)
    assert agree(client, browser, topic).status_code == 200
    page = article(index, topic, title="La rue rouvre", lead="Dès lundi.")
    publish(page)
    publish(page)
    [(path, headers, body)] = service.asked
    assert path == "/push/one"
    assert len(body) < 4096
    assert headers["Authorization"].startswith("vapid t=")
    told = browser.read(body)
    assert (told["title"], told["body"]) == ("La rue rouvre", "Dès lundi.")
    assert told["url"] == page.full_url
    assert post_of(page, "by_push").state == PostState.OUT


def test_notification_links_site_of_its_article(client, index, topic, service):
    browser = Browser(service)
    agree(client, browser, topic)
    publish(article(NewsIndexPageFactory(parent=second_site("ecole.example")), topic))
    told = browser.read(service.asked[0][2])
    assert told["url"].startswith("http://ecole.example/")


def test_subscriber_of_other_topics_is_not_notified(client, index, topic, service):
    agree(client, Browser(service), TopicFactory(name="Autre"))
    publish(article(index, topic))
    assert not service.asked


def test_draft_notifies_nobody(client, index, topic, service):
    agree(client, Browser(service), topic)
    article(index, topic).save_revision()
    assert not service.asked


@pytest.mark.parametrize("key", ["x", "no-key", "-----BEGIN EC PRIVATE KEY-----", "é" * 43])
def test_invalid_vapid_key_removes_no_device(client, index, topic, service, settings, key):
    agree(client, Browser(service), topic)
    settings.VAPID_PRIVATE_KEY = key
    publish(article(index, topic))
    assert Device.objects.count() == 1
    assert Delivery.objects.get(carrier="news_push").state == Delivery.State.PENDING


@pytest.mark.parametrize("status", [404, 410])
def test_expired_device_is_deleted(client, index, topic, service, status):
    agree(client, Browser(service), topic)
    service.faults = [status]
    publish(article(index, topic))
    assert not Device.objects.exists()
    assert Delivery.objects.get(carrier="news_push").state == Delivery.State.SKIPPED


def test_failing_push_service_is_retried(client, index, topic, service):
    agree(client, Browser(service), topic)
    service.faults = [503, (429, {"Retry-After": "300"})]
    publish(article(index, topic))
    for minutes in (2, 8):
        wake(NOON + timedelta(minutes=minutes))
    assert len(service.asked) == 3
    assert not Delivery.objects.open().exists()


def test_notification_waits_for_end_of_night(client, index, topic, service):
    agree(client, Browser(service), topic)
    with time_machine.travel(NIGHT, tick=False):
        publish(article(index, topic))
        Delivery.objects.filter(carrier="news_push").update(due_at=timezone.now())  # retried at night
        outbox.wake_due_deliveries(timezone.now())
        for waiting in Delivery.objects.filter(carrier="news_push"):
            attempt_delivery(waiting.pk)
    assert not service.asked
    wake(MORNING)
    assert len(service.asked) == 1


def test_notification_of_unpublished_article_is_cancelled(client, index, topic, service):
    agree(client, Browser(service), topic)
    with time_machine.travel(NIGHT, tick=False):
        page = article(index, topic)
        publish(page)
        Page.objects.filter(pk=page.pk).update(live=False)  # without its signal
    wake(MORNING)
    assert not service.asked
    called_off = Delivery.objects.get(carrier="news_push")
    assert (called_off.state, called_off.reason) == (Delivery.State.SKIPPED, "La page n’est plus publique.")


def test_waiting_notification_follows_corrected_article(client, index, topic, service):
    browser = Browser(service)
    agree(client, browser, topic)
    with time_machine.travel(NIGHT, tick=False):
        page = article(index, topic, title="Eau coupée mardi")
        publish(page)
        page.title = "Eau coupée mercredi"
        publish(page)
    wake(MORNING)
    [(_path, _headers, body)] = service.asked
    assert browser.read(body)["title"] == "Eau coupée mercredi"


def test_device_changes_and_ends_its_subscription(client, index, topic, service):
    browser, other = Browser(service), TopicFactory(name="Politique")
    agree(client, browser, topic)
    agree(client, browser, other)
    assert Device.objects.count() == 1
    asked = {"endpoint": browser.subscription["endpoint"]}
    chosen = client.post(
        reverse("news:push_chosen"), asked, content_type="application/json", headers=HERE
    ).json()
    assert chosen == {"known": True, "topics": [str(other.translation_key)]}
    for _twice in range(2):
        ended = client.post(reverse("news:push_end"), asked, content_type="application/json", headers=HERE)
        assert ended.status_code == 200
    assert not Device.objects.exists()
    assert client.get(reverse("news:push_end")).status_code == 405


@pytest.mark.parametrize(
    "changes",
    [
        {"endpoint": "https://intranet.orvenay.example/"},
        {"endpoint": "http://169.254.169.254/latest/"},
        {"endpoint": "x" * 10_000},
        {"endpoint": "\x00"},
        {"endpoint": "https://fcm.googleapis.com/\ud800"},
        {"p256dh": "é" * 87},
        {"p256dh": ""},
        {"auth": "a b"},
        {"language": "xx"},
        {"topics": []},
        {"topics": ["nowhere"]},
    ],
)
def test_invalid_push_subscription_is_refused(client, index, topic, service, changes):
    assert agree(client, Browser(service), topic, **changes).status_code == 422
    assert not Device.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "null",
        "[" * 10_000,
        '{"endpoint": {"a": 1}}',
        '{"endpoint": "\\ud800"}',
        '{"topics": 3}',
    ],
)
def test_malformed_push_request_is_refused(client, index, topic, service, body):
    for name, status in (("push_keep", 422), ("push_chosen", 200), ("push_end", 200)):
        answer = client.post(reverse(f"news:{name}"), body, content_type="application/json", headers=HERE)
        assert answer.status_code == status


def test_push_subscription_from_other_site_is_refused(client, index, topic, service):
    asked = Browser(service).subscription | {"topics": [str(topic.translation_key)], "language": "fr"}
    answer = client.post(
        reverse("news:push_keep"), asked, content_type="application/json", headers={"Sec-Fetch-Site": "none"}
    )
    assert answer.status_code == 403
    assert not Device.objects.exists()


def test_invalid_device_keys_end_only_that_device(client, index, topic, service):
    agree(client, Browser(service), topic, p256dh="A" * 87)
    browser = Browser(service, "two")
    agree(client, browser, topic)
    publish(article(index, topic))
    assert [path for path, _headers, _body in service.asked] == ["/push/two"]


def test_unreachable_devices_delay_no_others_and_are_deleted(client, index, topic, service, settings):
    settings.PUSH_SERVICES = [service.url, "http://127.0.0.1:9"]
    for number in range(6):
        agree(client, Browser(service), topic, endpoint=f"http://127.0.0.1:9/{number}")
    agree(client, Browser(service, "real"), topic)
    publish(article(index, topic))
    assert [path for path, _headers, _body in service.asked] == ["/push/real"]
    wake(NOON + timedelta(days=3))
    assert Device.objects.count() == 1


def test_unreachable_push_service_deletes_no_device(client, index, topic, settings, service):
    settings.PUSH_SERVICES = ["http://127.0.0.1:9"]
    agree(client, Browser(service), topic, endpoint="http://127.0.0.1:9/1")
    publish(article(index, topic))
    wake(NOON + timedelta(days=3))
    assert Device.objects.count() == 1
    assert Delivery.objects.get(carrier="news_push").state == Delivery.State.STUCK


def test_push_service_is_trusted_by_origin(settings):
    settings.PUSH_SERVICES = ["https://fcm.googleapis.com", "https://*.push.apple.com"]
    assert is_trusted_push_service("https://fcm.googleapis.com/fcm/send/x")
    assert is_trusted_push_service("https://web.push.apple.com/x")
    for other in (
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com.evil.example/x",
        "https://fcm.googleapis.com:8443/x",
        "https://user@fcm.googleapis.com/x",
        "https://evilpush.apple.com/x",
        "https://10.0.0.5\\.push.apple.com/x",
        "https://10.0.0.5\\@web.push.apple.com/x",
        " https://web.push.apple.com/x",
        "https://web.push.apple.com/\n",
        "https://web.push.apple.com/é",
        "https://web.push.apple.com/\ud800",
        "https://[::1",
    ):
        assert not is_trusted_push_service(other)


def test_push_is_not_offered_without_vapid_key(client, index, topic):
    assert client.get(reverse("news:push")).status_code == 404
    asked = client.post(reverse("news:push_keep"), {}, content_type="application/json", headers=HERE)
    assert asked.status_code == 403


def test_push_service_is_probed_without_notification(service, topic, client):
    agree(client, Browser(service), topic)
    transports["news_push"].probe()
    assert not service.asked


def test_push_probe_reports_unavailable_service_and_bad_key(service, topic, client, settings):
    agree(client, Browser(service), topic)
    service.faults = [503]
    with pytest.raises(NetworkError, match="503"):
        transports["news_push"].probe()
    settings.VAPID_SUBJECT = ""
    with pytest.raises(VapidException, match="sub"):
        transports["news_push"].probe()
    settings.VAPID_PRIVATE_KEY = "no key"
    with pytest.raises(vapid_keys.InvalidVapidKey):
        transports["news_push"].probe()
