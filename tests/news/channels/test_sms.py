"""News by SMS: confirmation by code, quiet hours, STOP replies and alerts."""

import json
import re
from base64 import urlsafe_b64decode
from datetime import datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.models import Page
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from eservices.deliveries import actions as outbox
from eservices.deliveries.attempts import attempt_delivery
from eservices.deliveries.models import Delivery
from eservices.deliveries.transports import PermanentFailure, transports
from home.alerts.levels import AlertLevel
from home.alerts.models import Alert
from home.formats.sms import count_messages as sms_parts
from home.links.page_links import absolute_url
from news.agenda.recurrence import Frequency
from news.channels import actions as channel_actions
from news.channels.models import ChannelPost, ChannelSettings
from news.channels.models.sms import PhoneConsent, PhoneReader
from news.channels.sms import actions, alert_views
from news.channels.states import PostState
from news.channels.unpublish_warning import unpublish_consequences
from tests.factories.accounts import AgentFactory, SuperuserFactory
from tests.factories.channels import draft, post_of, publish, wake
from tests.factories.home import locale
from tests.factories.news import EventIndexPageFactory, EventPageFactory, moment
from tests.factories.newsletter import TopicFactory, translated_topic
from tests.news.channels.sms_double import gateway

pytestmark = pytest.mark.usefixtures("transactional_db")
NUMBER = "+41791234567"
NOON, NIGHT, MORNING = moment(2026, 11, 26, 12), moment(2026, 11, 26, 23), moment(2026, 11, 27, 8, 1)
SECRET = "k3TgR5bQ9sXw2LmNpZcV"


@pytest.fixture
def sms(settings):
    """A double of an SMS gateway, configured instead of the demo's."""
    with gateway() as server, time_machine.travel(NOON, tick=False):
        settings.SMS_GATEWAY = "http"
        settings.SMS_URL, settings.SMS_TOKEN, settings.SMS_SENDER = server.url, "t-token", "Orvenay"
        settings.SMS_WEBHOOK_SECRET = SECRET
        yield server


@pytest.fixture
def topic(index):
    return TopicFactory(name="Chantiers")


def sign_up(client, *topics, number="079 123 45 67", alerts="on", **more):
    keys = [str(topic.translation_key) for topic in topics]
    data = {"number": number, "topics": keys, "alerts": alerts} | more
    return client.post(reverse("news:sms_subscribe"), data, headers={"Sec-Fetch-Site": "same-origin"})


def code_of(text: str) -> str:
    return re.search(r"\b\d{6}\b", text)[0]


def reader(*topics, number=NUMBER, language="fr", alerts=True) -> PhoneReader:
    """Create a confirmed reader by the same actions as elsewhere."""
    keys = [topic.translation_key for topic in topics]
    made = actions.request_subscription(number=number, language=language, topic_keys=keys, alerts=alerts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(actions, "constant_time_compare", lambda one, other: True)
        assert actions.confirm_by_code(reader=made, code="")
    made.refresh_from_db()
    return made


def article(index, topic, **fields):
    page = draft(index, **fields)
    page.topics = [topic]
    page.save()
    return page


def tick(page, text=""):
    from tests.factories.channels import tick as tick_channels

    tick_channels(page, "by_sms", text=text)


def test_phone_reader_confirms_number_by_code(client, index, topic, sms):
    assert "Chantiers" in client.get(reverse("news:sms_subscribe")).content.decode()
    answer = sign_up(client, topic)
    assert answer.status_code == 302
    [text] = sms.to(NUMBER)
    assert not PhoneReader.objects.confirmed().exists()
    page = client.get(answer.url)
    assert NUMBER not in page.content.decode()
    token = answer.url.rstrip("/").rsplit("/", 1)[1]
    assert b"79123" not in urlsafe_b64decode(f"{token}==")
    own = client.post(answer.url, {"code": code_of(text)})
    assert own.status_code == 302
    assert "079 123 45 67" in client.get(own.url).content.decode()
    known = PhoneReader.objects.confirmed().get()
    assert known.topic_keys == {topic.translation_key}
    assert PhoneConsent.objects.get().kind == PhoneConsent.Kind.CONFIRMED


def test_wrong_codes_are_refused_and_limited_to_five(client, index, topic, sms):
    door = sign_up(client, topic).url
    right = code_of(sms.to(NUMBER)[0])
    wrong = "000000" if right != "000000" else "111111"
    for _try in range(5):
        assert client.post(door, {"code": wrong}).status_code == 422
    assert client.post(door, {"code": right}).status_code == 422
    assert not PhoneReader.objects.confirmed().exists()


def test_code_expires_after_fifteen_minutes(client, index, topic, sms):
    door = sign_up(client, topic).url
    code = code_of(sms.to(NUMBER)[0])
    with time_machine.travel(NOON + timedelta(minutes=16), tick=False):
        assert client.post(door, {"code": code}).status_code in {404, 422}
    assert not PhoneReader.objects.confirmed().exists()


def test_code_is_not_stored_in_plain_text(client, index, topic, sms):
    sign_up(client, topic)
    code = code_of(sms.to(NUMBER)[0])
    [delivery] = Delivery.objects.all()
    assert delivery.confidential
    assert code not in json.dumps(delivery.payload) + delivery.title
    assert code not in PhoneReader.objects.get().code


@pytest.mark.parametrize("number", ["0900 123 456", "+33612345678", "é" * 10_000, "079\x00", "+4179\r\n1"])
def test_unsupported_number_is_refused_at_its_field(client, index, topic, sms, number):
    answer = sign_up(client, topic, number=number)
    assert answer.status_code == 422
    assert "number" in answer.context["form"].errors
    assert not sms.asked


def test_sms_form_from_other_site_is_refused(client, index, topic, sms):
    data = {"number": NUMBER, "topics": [str(topic.translation_key)]}
    answer = client.post(reverse("news:sms_subscribe"), data, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert not sms.asked


def test_codes_are_rate_limited_by_number_and_client(client, index, topic, sms):
    answers = [sign_up(client, topic) for _try in range(6)]
    assert [one.status_code for one in answers] == [302] * 3 + [429] * 3
    assert "Plusieurs codes sont partis vers ce numéro" in answers[-1].text  # without promising a code
    assert len(sms.asked) == 3
    for _try in range(5):
        sign_up(client, topic, number="079 765 43 21")
    assert sign_up(client, topic, number="079 765 43 22").status_code == 429


def test_repeated_sign_up_changes_nothing_until_confirmed(client, index, topic, sms):
    other = TopicFactory(name="Politique")
    known = reader(topic)
    sign_up(client, other, alerts="")
    known.refresh_from_db()
    assert known.topic_keys == {topic.translation_key}
    assert known.alerts
    assert known.state == PhoneReader.State.CONFIRMED


def test_article_reaches_readers_of_its_topics_once(index, topic, sms):
    reader(topic)
    reader(TopicFactory(name="Autre"), number="+41791234568")
    page = article(index, topic, title="La rue du Temple rouvre")
    tick(page)
    sms.sent.clear()
    publish(page)
    publish(page)
    assert sms.to(NUMBER) == [f"Orvenay: La rue du Temple rouvre\n\n{page.full_url}"]
    assert len(sms.sent) == 1
    assert post_of(page, "by_sms").state == PostState.OUT


def test_reader_gets_sms_in_own_language_if_translated(index, topic, sms):
    translated_topic(topic, "de", "Baustellen")
    reader(topic, language="de")
    page = article(index, topic, title="La rue rouvre")
    locale("de")
    index.copy_for_translation(locale("de"), copy_parents=True).save_revision().publish()
    german = page.copy_for_translation(locale("de"))
    german.title = "Die Strasse ist offen"
    german.save_revision().publish()
    tick(page)
    sms.sent.clear()
    publish(page)
    assert sms.to(NUMBER)[0].startswith("Orvenay: Die Strasse ist offen")


def test_sms_waits_for_end_of_night(index, topic, sms):
    reader(topic)
    page = article(index, topic)
    tick(page)
    sms.sent.clear()
    with time_machine.travel(NIGHT, tick=False):
        publish(page)
        assert not sms.sent
        [waiting] = Delivery.objects.filter(carrier="news_sms")
        assert timezone.localtime(waiting.due_at).strftime("%d.%m %H:%M") == "27.11 08:00"
        Delivery.objects.filter(pk=waiting.pk).update(due_at=NIGHT)  # as staff can do in the outbox
        attempt_delivery(waiting.pk)
        assert not sms.sent
    wake(MORNING)
    assert len(sms.sent) == 1


def test_article_withdrawn_at_night_is_not_sent(index, topic, sms):
    reader(topic)
    page = article(index, topic)
    tick(page)
    sms.sent.clear()
    with time_machine.travel(NIGHT, tick=False):
        publish(page)
        [waiting] = post_of(page, "by_sms").message_counts
        page.unpublish()
    assert (waiting.number, waiting.state) == (1, Delivery.State.PENDING)
    assert timezone.localtime(waiting.due).hour == 8
    wake(MORNING)
    assert not sms.sent
    assert post_of(page, "by_sms").state == PostState.WITHDRAWN


def waiting_texts() -> list[str]:
    return [one.payload["text"] for one in Delivery.objects.filter(carrier="news_sms").open()]


def test_waiting_sms_follows_corrected_article(index, topic, sms):
    reader(topic)
    page = article(index, topic, title="Eau coupée mardi")
    tick(page)
    sms.sent.clear()
    with time_machine.travel(NIGHT, tick=False):
        publish(page)
        page.title = "Eau coupée mercredi"
        page.save_revision()
        assert "mardi" in waiting_texts()[0]  # a draft changes nothing
        publish(page)
    [message] = Delivery.objects.filter(carrier="news_sms")
    assert "mercredi" in message.title
    wake(MORNING)
    assert sms.to(NUMBER) == [f"Orvenay: Eau coupée mercredi\n\n{page.full_url}"]


def test_waiting_sms_keeps_own_text_until_publication(index, topic, sms):
    reader(topic)
    page = article(index, topic)
    tick(page, text="Premier texte")
    sms.sent.clear()
    with time_machine.travel(NIGHT, tick=False):
        publish(page)
        tick(page, text="Second texte")
        assert waiting_texts()[0].startswith("Premier texte")
        publish(page)
    wake(MORNING)
    assert sms.to(NUMBER)[0].startswith("Second texte")


@pytest.mark.parametrize("act", ["published", "unpublished", "deleted"])
def test_waiting_sms_follows_its_translation(index, topic, sms, act):
    reader(topic, language="de")
    page = article(index, topic, title="La rue")
    tick(page)
    german_index = index.copy_for_translation(locale("de"), copy_parents=True)
    german = page.copy_for_translation(german_index.locale)
    german.title = "Die Strasse"
    if act != "published":
        publish(german)
    sms.sent.clear()
    with time_machine.travel(NIGHT, tick=False):
        publish(page)
        {"published": publish, "unpublished": Page.unpublish, "deleted": Page.delete}[act](german)
    wake(MORNING)
    assert ("Die Strasse" if act == "published" else "La rue") in sms.to(NUMBER)[0]


def test_waiting_sms_follows_topics_of_article(index, topic, sms):
    other = TopicFactory(name="Autre")
    reader(topic)
    reader(other, number="+41791234568")
    page = article(index, topic)
    tick(page)
    sms.sent.clear()
    with time_machine.travel(NIGHT, tick=False):
        publish(page)
        page.topics = [other]
        publish(page)
    wake(MORNING)
    assert [one["to"] for one in sms.sent.values()] == ["+41791234568"]


def test_topic_added_after_sending_sends_nothing_more(index, topic, sms):
    other = TopicFactory(name="Autre")
    reader(topic)
    reader(other, number="+41791234568")
    page = article(index, topic)
    tick(page)
    sms.sent.clear()
    publish(page)
    page.topics = [topic, other]
    publish(page)
    assert [one["to"] for one in sms.sent.values()] == [NUMBER]


def test_reader_who_leaves_topic_overnight_gets_no_sms(index, topic, sms):
    known = reader(topic)
    page = article(index, topic)
    tick(page)
    sms.sent.clear()
    with time_machine.travel(NIGHT, tick=False):
        publish(page)
        actions.change_subscription(reader=known, language="fr", topic_keys=[], alerts=True)
    wake(MORNING)
    assert not sms.sent


def test_missed_correction_is_applied_by_job(index, topic, sms):
    reader(topic)
    page = article(index, topic, title="Eau coupée mardi")
    tick(page)
    sms.sent.clear()
    with time_machine.travel(NIGHT, tick=False):
        publish(page)
    with time_machine.travel(NIGHT + timedelta(minutes=1), tick=False):
        page.title = "Eau coupée mercredi"
        page.save()
        Page.objects.filter(pk=page.pk).update(last_published_at=timezone.now())
    with time_machine.travel(NIGHT + timedelta(minutes=2), tick=False):
        channel_actions.send_missed_posts(timezone.now())
        assert not ChannelPost.objects.forgotten(messages=["by_sms"]).exists()
    wake(MORNING)
    assert "mercredi" in sms.to(NUMBER)[0]


def test_editor_shows_waiting_text_that_differs_from_draft(client, index, topic, sms):
    reader(topic)
    page = article(index, topic, title="Eau coupée mardi")
    tick(page)
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    with time_machine.travel(NIGHT, tick=False):
        client.force_login(SuperuserFactory())
        publish(page)
        assert "data-waiting" not in client.get(edit).text
        page.title = "Eau coupée mercredi"
        page.save_revision()
        shown = client.get(edit).text
    assert "Eau coupée mardi" in shown.split("data-waiting")[1].split("</p>")[0]


def test_waiting_alert_sms_follows_new_text(index, topic, sms):
    reader(topic)
    sms.sent.clear()
    alert = alarm("Eau coupée à 12 h.")
    sms.faults = [503]
    actions.queue_alert(actor=None, alert=alert)
    alert.texts = [("fr", {"title": "Eau", "text": "", "sms": "Eau coupée à 14 h."})]
    alert.save_revision().publish()
    wake(NOON + timedelta(minutes=2))
    assert "14 h" in sms.to(NUMBER)[0]


def test_article_withdrawn_after_sending_is_marked_as_sent(index, topic, sms):
    reader(topic)
    page = article(index, topic)
    tick(page)
    publish(page)
    assert unpublish_consequences(page) == [
        "SMS\u00a0: 1 message est parti, plus personne ne peut le rappeler."
    ]
    page.unpublish()
    assert post_of(page, "by_sms").state == PostState.STAYS
    assert unpublish_consequences(page) == []


def test_article_sent_to_nobody_is_withdrawn_at_once(client, index, topic, sms):
    client.force_login(SuperuserFactory())
    page = article(index, topic)
    tick(page)
    publish(page)
    board = reverse("news_channels:posts", args=[page.pk])
    assert "Personne n’a demandé de nouvelles de ces thèmes" in client.get(board).text
    page.unpublish()
    assert post_of(page, "by_sms").state == PostState.WITHDRAWN


def alarm(text="Eau non potable.", **fields) -> Alert:
    """Create a published alert."""
    alert = Alert(texts=[("fr", {"title": text, "text": "", "sms": text})], live=False, **fields)
    alert.save()
    alert.save_revision().publish()
    alert.refresh_from_db()
    return alert


def test_alert_is_sent_at_night_to_readers_of_alerts(index, topic, sms):
    reader(topic)
    reader(topic, number="+41791234568", alerts=False)
    sms.sent.clear()
    with time_machine.travel(NIGHT, tick=False):
        alert = alarm()
        for _twice in range(2):
            reached = actions.queue_alert(actor=None, alert=alert)
    assert reached == 1
    assert [one["to"] for one in sms.sent.values()] == [NUMBER]


def test_concurrent_alert_reaches_each_reader_once(index, topic, sms, monkeypatch):
    reader(topic)
    sms.sent.clear()
    asked = {"actor": None, "alert": alarm()}
    actions.queue_alert(**asked)
    seen = [Delivery.objects.none()]  # while the other request has not committed
    about = Delivery.objects.for_subject
    monkeypatch.setattr(
        Delivery.objects, "for_subject", lambda subject: seen.pop() if seen else about(subject)
    )
    assert actions.queue_alert(**asked) == 1
    assert not seen
    assert len(sms.sent) == 1


def anew(alert):
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False):
        alert.unpublish()
        alert.save_revision().publish()


@pytest.mark.parametrize(
    "ends",
    [
        lambda alert: alert.unpublish(),
        lambda alert: alert.delete(),
        lambda alert: Alert.objects.filter(pk=alert.pk).update(expire_at=NOON + timedelta(minutes=1)),
        anew,
    ],
    ids=["taken back", "deleted", "over", "begun anew"],
)
def test_late_sms_of_ended_alert_is_cancelled_with_reason(index, topic, sms, ends):
    reader(topic)
    sms.sent.clear()
    alert = alarm()
    sms.faults = [503]
    actions.queue_alert(actor=None, alert=alert)
    ends(alert)
    wake(NOON + timedelta(minutes=2))
    assert not sms.sent
    [called_off] = Delivery.objects.filter(carrier="news_sms")
    assert (called_off.state, called_off.reason) == (Delivery.State.SKIPPED, "L’alerte est levée.")
    assert called_off.events.last().text == "L’alerte est levée."


def test_late_sms_of_live_alert_is_sent(index, topic, sms):
    reader(topic)
    sms.sent.clear()
    alert = alarm()
    sms.faults = [503]
    actions.queue_alert(actor=None, alert=alert)
    wake(NOON + timedelta(minutes=2))
    assert len(sms.sent) == 1


def test_alert_sms_has_expiry_for_gateway(index, topic, sms):
    reader(topic)
    sms.sent.clear()
    alert = alarm(expire_at=NOON + timedelta(hours=2))
    sms.faults = [503]
    actions.queue_alert(actor=None, alert=alert)
    Alert.objects.filter(pk=alert.pk).update(expire_at=NOON + timedelta(hours=3))
    with time_machine.travel(NOON + timedelta(minutes=2), tick=False):
        outbox.wake_due_deliveries(timezone.now())
        actions.queue_alert(actor=None, alert=alarm("Route coupée."))
    told, endless = sms.sent.values()
    assert datetime.fromisoformat(told["valid_until"]) == NOON + timedelta(hours=3)
    assert "valid_until" not in endless


def test_late_sms_of_unpublished_article_is_cancelled(index, topic, sms):
    reader(topic)
    reader(topic, number="+41791234568", language="de")
    page = article(index, topic)
    tick(page)
    german_index = index.copy_for_translation(locale("de"), copy_parents=True)
    german = page.copy_for_translation(german_index.locale)
    publish(german)
    sms.sent.clear()
    with time_machine.travel(NIGHT, tick=False):
        publish(page)
        Page.objects.filter(pk=german.pk).update(live=False)  # without its signal
    wake(MORNING)
    assert [one["to"] for one in sms.sent.values()] == [NUMBER]
    reasons = Delivery.objects.filter(carrier="news_sms", state=Delivery.State.SKIPPED)
    assert [one.reason for one in reasons] == ["La page n’est plus publique."]


@pytest.mark.parametrize("cancelled_before", [False, True])
def test_event_cancelled_overnight_is_not_announced(index, topic, sms, cancelled_before):
    reader(topic)
    agenda = EventIndexPageFactory(parent=index.get_parent())
    page = EventPageFactory(parent=agenda, live=False, title="Fête du lac", topics=[topic])
    page.cancelled = cancelled_before
    tick(page)
    sms.sent.clear()
    with time_machine.travel(NIGHT, tick=False):
        publish(page)
        page.cancelled = True
        publish(page)
    wake(MORNING)
    [message] = Delivery.objects.filter(carrier="news_sms")
    assert len(sms.sent) == cancelled_before
    assert message.reason == ("" if cancelled_before else "Cela a été annulé entre-temps.")


@pytest.mark.parametrize("comes_back", [False, True])
def test_event_over_after_quiet_hours_is_not_announced(index, topic, sms, comes_back):
    reader(topic)
    page = event_of_tonight(index, topic)
    if comes_back:
        page.repeats, page.times = Frequency.WEEK.value, 2
    tick(page)
    sms.sent.clear()
    with time_machine.travel(moment(2026, 11, 26, 20, 30), tick=False):
        publish(page)
    wake(MORNING)
    [message] = Delivery.objects.filter(carrier="news_sms")
    assert len(sms.sent) == comes_back
    assert message.reason == ("" if comes_back else "C’est terminé entre-temps.")


def test_event_published_after_its_end_is_announced(index, topic, sms):
    reader(topic)
    page = event_of_tonight(index, topic)
    tick(page)
    sms.sent.clear()
    with time_machine.travel(NIGHT, tick=False):
        publish(page)
    wake(MORNING)
    assert [one["to"] for one in sms.sent.values()] == [NUMBER]


def event_of_tonight(index, topic):
    agenda = EventIndexPageFactory(parent=index.get_parent())
    return EventPageFactory(
        parent=agenda,
        live=False,
        title="Fête du lac",
        topics=[topic],
        start=moment(2026, 11, 26, 21),
        end=moment(2026, 11, 26, 22),
    )


def test_failing_gateway_is_retried_without_duplicates(index, topic, sms):
    reader(topic)
    page = article(index, topic)
    tick(page)
    sms.sent.clear()
    sms.faults = [503]
    publish(page)
    assert not sms.sent
    wake(NOON + timedelta(minutes=2))
    assert len(sms.sent) == 1
    assert sms.asked[-1]["Authorization"] == "Bearer t-token"
    assert post_of(page, "by_sms").state == PostState.OUT


def hear(client, secret=SECRET, **told):
    return client.post(reverse("sms_webhook", args=[secret]), told)


def test_stop_reply_ends_subscription_and_waiting_sms(client, index, topic, sms):
    known = reader(topic)
    page = article(index, topic)
    tick(page)
    with time_machine.travel(NIGHT, tick=False):
        publish(page)
        assert hear(client, **{"from": "41791234567", "text": "STOP"}).status_code == 204
        assert hear(client, **{"from": "41791234567", "text": "STOP"}).status_code == 204
    known.refresh_from_db()
    assert known.state == PhoneReader.State.STOPPED
    assert not Delivery.objects.filter(carrier="news_sms").open().exists()
    assert PhoneConsent.objects.filter(kind=PhoneConsent.Kind.REPLIED).count() == 1


STOPS = (
    *("stop.", "Arre\u0302t svp", "STOPP", " «Stop», merci", "Abmelden bitte", "Basta!", "arrêter", "Cancel"),
)


def test_stop_reply_in_any_words_ends_subscription(client, index, topic, sms):
    readers = {words: reader(topic, number=f"+4179123450{place}") for place, words in enumerate(STOPS)}
    for words, one in readers.items():
        assert hear(client, **{"from": one.number.removeprefix("+"), "text": words}).status_code == 204
        one.refresh_from_db()
    assert [words for words, one in readers.items() if one.state != PhoneReader.State.STOPPED] == []


def test_stop_reply_in_json_is_accepted(client, index, topic, sms):
    known = reader(topic)
    told = json.dumps({"originator": NUMBER, "message": "Stop"})
    client.post(reverse("sms_webhook", args=[SECRET]), told, content_type="application/json")
    known.refresh_from_db()
    assert known.state == PhoneReader.State.STOPPED


def test_invalid_webhook_body_ends_no_subscription(client, index, topic, sms):
    known = reader(topic)
    for body in ("", "[]", "null", '{"from": {}}', "[" * 10_000, '{"from": "\\u0000", "text": "STOP"}'):
        answer = client.post(reverse("sms_webhook", args=[SECRET]), body, content_type="application/json")
        assert answer.status_code == 204, body[:40]
    hear(client, **{"from": "+41791234567", "text": "Merci, ne stoppez pas"})
    known.refresh_from_db()
    assert known.state == PhoneReader.State.CONFIRMED


def test_webhook_with_wrong_secret_returns_404(client, index, topic, sms, settings):
    known = reader(topic)
    assert hear(client, secret="x" * 20, **{"from": NUMBER, "text": "STOP"}).status_code == 404
    settings.SMS_WEBHOOK_SECRET = ""
    assert hear(client, secret="-", **{"from": NUMBER, "text": "STOP"}).status_code == 404
    known.refresh_from_db()
    assert known.state == PhoneReader.State.CONFIRMED


def test_reader_changes_ends_and_erases_subscription(client, index, topic, sms):
    known, other = reader(topic), TopicFactory(name="Politique")
    page = article(index, topic)
    tick(page)
    publish(page)
    own = reverse("news:sms_own", args=[known.secret])
    assert client.get(reverse("news:sms_own", args=["x" * 22])).status_code == 404
    assert client.post(own, {"language": "de", "topics": []}).status_code == 422
    assert client.post(own, {"language": "de", "topics": [str(other.translation_key)]}).status_code == 302
    known.refresh_from_db()
    assert (known.language, known.alerts, known.topic_keys) == ("de", False, {other.translation_key})
    stop = reverse("news:sms_stop", args=[known.secret])
    assert client.get(stop).status_code == 405
    client.post(stop)
    assert not PhoneReader.objects.confirmed().exists()
    assert client.get(own).status_code == 200
    client.post(reverse("news:sms_erase", args=[known.secret]))
    assert not PhoneReader.objects.exists()
    assert not Delivery.objects.filter(recipient=NUMBER).exists()
    assert client.get(own).status_code == 404


def test_reader_deleted_by_staff_is_erased_from_outbox(client, index, topic, sms):
    known = reader(topic)
    page = article(index, topic)
    tick(page)
    with time_machine.travel(NIGHT, tick=False):
        publish(page)  # an SMS waits for the morning
        client.force_login(SuperuserFactory())
        assert client.post(reverse("phone_readers:delete", args=[known.pk])).status_code == 302
    assert not PhoneReader.objects.exists()
    assert not Delivery.objects.filter(recipient=NUMBER).exists()


def test_unconfirmed_reader_is_deleted(client, index, topic, sms):
    from news.channels.jobs import delete_unconfirmed_readers

    sign_up(client, topic)
    delete_unconfirmed_readers(NOON + timedelta(days=3))
    assert not PhoneReader.objects.exists()


def test_editor_shows_sms_length_cost_and_time(index, topic, sms):
    from news.channels import announcements
    from news.channels.editor import channel_preview
    from news.channels.sms.channel import SmsChannel

    chosen = ChannelSettings.load()
    chosen.sms_price = "0.10"
    chosen.save()
    reader(topic)
    page = article(index, topic, title="La fête")
    with time_machine.travel(NIGHT, tick=False):
        shown = channel_preview(SmsChannel(), announcements.announcement_from_page(page), "")
    said = "\n".join(map(str, shown.notes))
    assert "UCS-2" in said
    assert "ê" in said
    assert "CHF 0.20" in said or "CHF 0.10" in said
    assert shown.said.text.startswith("Orvenay: La fête\n")
    assert "8\xa0h" in said
    assert not shown.faults


def test_sms_cost_is_computed_by_language_of_readers(index, topic, sms):
    from news.channels import announcements
    from news.channels.editor import channel_preview
    from news.channels.sms.channel import SmsChannel

    reader(topic)
    reader(topic, number="+41791234568", language="de")
    reader(topic, number="+41791234569", language="it")  # not translated: the reader gets the French text
    page = article(index, topic, title="La rue")
    publish(page)
    german_index = index.copy_for_translation(locale("de"), copy_parents=True)
    german = page.copy_for_translation(german_index.locale)
    german.title = "Die Straße ist ab Montag für alle offen; ê"  # two messages
    german.save()

    def notes():
        return [
            str(one)
            for one in channel_preview(SmsChannel(), announcements.announcement_from_page(page), "").notes
        ]

    assert any("CHF 0.24" in one for one in notes())  # 3 × 0.08: the draft is sent to nobody
    publish(german)
    shown = notes()
    assert any("CHF 0.32" in one for one in shown)
    assert any("Allemand" in one and "2" in one for one in shown) or any("Deutsch" in one for one in shown)
    tick(page)
    sms.sent.clear()
    publish(page)
    assert sum(sms_parts(one["text"]) for one in sms.sent.values()) == 4


def test_long_own_sms_text_is_refused_and_long_title_is_cut(index, topic, sms):
    from news.channels import announcements
    from news.channels.editor import channel_preview
    from news.channels.sms.channel import SmsChannel

    page = article(index, topic, title="mot " * 60)
    assert channel_preview(SmsChannel(), announcements.announcement_from_page(page), "🎉" * 10_000).faults
    assert channel_preview(SmsChannel(), announcements.announcement_from_page(page), "").length == 1


def test_article_without_topic_fails_sms_post(index, topic, sms):
    page = draft(index)
    tick(page)
    publish(page)
    assert post_of(page, "by_sms").state == PostState.FAILED
    assert ChannelPost.objects.get().fault


def test_sms_is_not_offered_without_gateway(client, index, topic):
    assert client.get(reverse("news:sms_subscribe")).status_code == 404
    assert reverse("news:sms_subscribe") not in client.get(reverse("newsletter:subscribe")).content.decode()


def test_newsletter_page_links_sms_subscription(client, index, topic, sms):
    assert reverse("news:sms_subscribe") in client.get(reverse("newsletter:subscribe")).content.decode()


def test_alert_is_sent_from_its_page_once_when_published(client, index, topic, sms):
    reader(topic)
    reader(topic, number="+41791234568", language="de")
    words = {"title": "Eau non potable", "text": "Faites-la bouillir.", "sms": ""}
    alert = Alert(texts=[("fr", words)], live=False)
    alert.save()
    sms.sent.clear()
    screen = reverse("news_channels:alert", args=[alert.pk])
    client.force_login(AgentFactory())
    assert client.get(screen).status_code == 404
    client.force_login(SuperuserFactory())
    client.post(screen)
    assert not sms.sent
    assert "Seule une alerte" in client.get(screen).content.decode()

    def listed() -> str:
        return client.get(reverse(Alert.snippet_viewset.get_url_name("list"))).content.decode()

    assert "pas parti" not in listed()
    texts = streamfield([("fr", words | {"details": rich_text(""), "link_text": ""})])
    times = dict.fromkeys(("go_live_at", "expire_at", "page", "url"), "")
    data = nested_form_data({"level": 3, "texts": texts, "sections": streamfield([]), **times})
    edit = reverse(Alert.snippet_viewset.get_url_name("edit"), args=[alert.pk])
    assert f'href="{screen}"' not in client.post(edit, data, follow=True).text
    told = client.post(edit, data | {"action-publish": "1"}, follow=True).text
    assert told.count(f'href="{screen}"') == 2  # in the confirmation and in the list
    assert "pas parti" in listed()
    shown = client.get(screen).content.decode()
    assert "Eau non potable" in shown
    assert "CHF 0.16" in shown
    for _twice in range(2):
        assert client.post(screen).status_code == 302
    assert len(sms.sent) == 2
    assert "Eau non potable" in sms.to(NUMBER)[0]
    assert re.search(r"envoyé à 2\s*<", listed())
    everybody_has_it = client.get(screen).content.decode()
    assert "Envoyer maintenant" not in everybody_has_it
    assert "CHF 0" not in everybody_has_it  # three letters alone may be in a token of the page
    reader(topic, number="+41791234569")
    assert "envoyé à 2, pas encore à 1" in listed()
    one_more = client.get(screen).content.decode()
    assert "CHF 0.08" in one_more
    assert "En route vers 1 abonné" in client.post(screen, follow=True).content.decode()


def test_admin_lists_phone_readers(client, index, topic, sms):
    reader(topic, alerts=True)
    client.force_login(SuperuserFactory())
    listed = client.get(reverse("phone_readers:index")).content.decode()
    assert "confirmé" in listed
    assert "True" not in listed


def test_gateway_is_probed_without_sms(sms):
    transports["news_sms"].probe()
    assert not sms.sent
    sms.faults = [401]
    with pytest.raises(PermanentFailure):
        transports["news_sms"].probe()


# -- Texts and all-clear of an alert -------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "de", "it", "en"])
def test_alert_sms_is_in_one_language_and_names_commune(index, language):
    words = {"fr": "Eau coupee", "de": "Wasser abgestellt", "it": "Acqua chiusa", "en": "No water"}
    texts = [
        (code, {"title": title, "text": "Rue du Lac 3-9, 8 h-12 h.", "sms": ""})
        for code, title in words.items()
    ]
    for level in AlertLevel:
        alert = Alert(texts=texts, level=level)
        with translation.override("de" if language != "de" else "fr"):  # the language of the editor
            text = alert.sms_text(language)
        with translation.override(language):
            own = str(level.label)
            assert own in text
            assert text.endswith(f"\n{absolute_url(reverse('home:alerts'))}")
        assert text.startswith("Orvenay: ")
        assert words[language] in text
        for other in {"fr", "de", "it", "en"} - {language}:
            with translation.override(other):
                assert str(level.label) == own or str(level.label) not in text
        assert sms_parts(text) == 1


def test_alert_sms_uses_level_label_of_its_text_language(index):
    alert = Alert(texts=[("fr", {"title": "Crue", "text": "", "sms": ""})], level=AlertLevel.EMERGENCY)
    assert "Urgence : Crue" in alert.sms_text("de").replace("\u00a0", " ")
    assert "Notfall" not in alert.sms_text("de")


def test_own_alert_sms_text_is_not_framed_twice(index):
    written = f"Orvenay: montez. {absolute_url(reverse('home:alerts'))}"
    alert = Alert(texts=[("fr", {"title": "Crue", "text": "", "sms": written})])
    assert alert.sms_text("fr") == written


def test_all_clear_is_sent_to_alerted_readers_on_request(client, index, topic, sms):
    reader(topic)
    reader(topic, number="+41791234568")
    alert = alarm("Eau non potable.")
    sms.faults = [400]  # the SMS to the first number fails
    actions.queue_alert(actor=None, alert=alert)
    got = [one["to"] for one in sms.sent.values() if "potable" in one["text"]]
    reader(topic, number="+41791234569")  # subscribed after the alert
    client.force_login(SuperuserFactory())
    unpublish = reverse(Alert.snippet_viewset.get_url_name("unpublish"), args=[alert.pk])
    screen = reverse("news_channels:alert", args=[alert.pk])
    sms.sent.clear()
    assert "fin d’alerte" in client.post(unpublish, follow=True).text
    assert not sms.sent  # nothing is sent automatically
    shown = client.get(screen).text
    assert "Envoyer la fin d’alerte" in shown
    for _twice in range(2):
        client.post(screen, {"all_clear": "1"})
    assert [one["to"] for one in sms.sent.values()] == got
    assert len(got) == 1
    text = sms.to(got[0])[0]
    assert text.startswith("Orvenay: Fin d'alerte")
    assert "Eau non potable" in text
    listed = client.get(reverse(Alert.snippet_viewset.get_url_name("list"))).text
    assert "fin d’alerte envoyée à 1" in listed


@pytest.fixture
def waiting_all_clear(index, topic, sms):
    """Delivery of an all-clear that was sent while the gateway was down."""
    reader(topic)
    alert = alarm("Eau non potable.")
    actions.queue_alert(actor=None, alert=alert)
    alert.unpublish()
    sms.faults = [503]
    texts = {"fr": alert.all_clear_text("fr")}
    actions.clear(actor=None, alert=alert, texts=texts)
    sms.sent.clear()
    return Delivery.objects.get(payload__has_key="all_clear")


def test_late_all_clear_is_cancelled_if_alert_is_live_again(waiting_all_clear, sms):
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False):
        alert = Alert.objects.get()
        alert.save_revision().publish()
        alert.refresh_from_db()
        actions.queue_alert(actor=None, alert=alert)
    wake(NOON + timedelta(minutes=5))
    assert ["Eau non potable" in one["text"] for one in sms.sent.values()] == [True]
    assert not any("Fin d'alerte" in one["text"] for one in sms.sent.values())
    waiting_all_clear.refresh_from_db()
    assert (waiting_all_clear.state, waiting_all_clear.reason) == (
        Delivery.State.SKIPPED,
        "L’alerte est de nouveau en vigueur.",
    )


@pytest.mark.parametrize(("hours", "sent"), [(5, True), (6, False)])
def test_late_all_clear_expires_after_some_hours(waiting_all_clear, sms, hours, sent):
    wake(NOON + timedelta(hours=hours))
    assert bool(sms.sent) is sent
    for one in sms.sent.values():
        assert datetime.fromisoformat(one["valid_until"]) == NOON + timedelta(hours=6)
    alert = Alert.objects.get()
    with time_machine.travel(NOON + timedelta(hours=hours), tick=False), translation.override("fr"):
        assert alert_views.alert_sms_state(alert) == (
            "fin d’alerte envoyée à 1" if sent else "sans fin d’alerte"
        )


def test_all_clear_requires_ended_and_sent_alert(client, index, topic, sms):
    reader(topic)
    alert = alarm()
    client.force_login(SuperuserFactory())
    screen = reverse("news_channels:alert", args=[alert.pk])
    actions.queue_alert(actor=None, alert=alert)
    sms.sent.clear()
    client.post(screen, {"all_clear": "1"})
    assert not sms.sent
    unsent = alarm("Route.")
    unsent.unpublish()
    client.post(reverse("news_channels:alert", args=[unsent.pk]), {"all_clear": "1"})
    assert not sms.sent


def test_sent_alert_must_end_before_deletion(client, index, topic, sms):
    reader(topic)
    alert = alarm()
    actions.queue_alert(actor=None, alert=alert)
    client.force_login(SuperuserFactory())
    client.post(reverse(Alert.snippet_viewset.get_url_name("delete"), args=[alert.pk]))
    assert Alert.objects.filter(pk=alert.pk).exists()
    alert.unpublish()
    client.post(reverse(Alert.snippet_viewset.get_url_name("delete"), args=[alert.pk]))
    assert not Alert.objects.filter(pk=alert.pk).exists()
