"""Walkthroughs of publishing in the admin, one per known fault.

A comment written during autosave needs a browser: ``test_editing_in_browser``.
"""

import json
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from eservices.deliveries.models import Delivery
from home.alerts.models import Alert
from home.models import ContentPage
from news.articles.models import NewsPage
from news.channels.sms import actions
from news.official_notices.models import OfficialNoticePage, OfficialNoticeSettings
from tests.factories.accounts import SuperuserFactory
from tests.factories.channels import wake
from tests.factories.home import ContentPageFactory
from tests.factories.news import NewsIndexPageFactory, NoticeIndexPageFactory, NoticePageFactory, moment
from tests.factories.newsletter import TopicFactory
from tests.factories.wagtail_forms import page_form
from tests.news.channels.sms_double import gateway
from tests.news.channels.test_sms import NIGHT, NOON, article, reader, tick

pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def editor(client, committed_home, settings):
    """Yield a client signed in as an editor of a commune that sends SMS."""
    with gateway() as server, time_machine.travel(NOON, tick=False):
        settings.SMS_GATEWAY = "http"
        settings.SMS_URL, settings.SMS_TOKEN, settings.SMS_SENDER = server.url, "t-token", "Orvenay"
        client.force_login(SuperuserFactory(language="fr"))
        yield client


def edit_url(page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def publish(client, page, **changes):
    """Publish the page, despite warnings if the checks ask for confirmation."""
    url = edit_url(page)
    shown = client.post(url, page_form(client, url) | {"action-publish": "1"} | changes, follow=True)
    if "before" in shown.request["PATH_INFO"]:
        shown = client.post(shown.request["PATH_INFO"], {"anyway": "1"}, follow=True)
    return shown


def test_corrected_article_sends_the_corrected_sms(editor, committed_home):
    topic = TopicFactory(name="Chantiers")
    reader(topic)
    page = article(NewsIndexPageFactory(parent=committed_home), topic, title="Eau coupée mardi")
    tick(page)
    with time_machine.travel(NIGHT, tick=False):
        editor.force_login(SuperuserFactory())
        publish(editor, page, channel_by_sms="on")
        assert NewsPage.objects.get(pk=page.pk).live
        publish(editor, page, title="Eau coupée mercredi", channel_by_sms="on")
    wake(moment(2026, 11, 27, 8, 1))
    [message] = Delivery.objects.filter(carrier="news_sms")
    assert message.state == Delivery.State.DONE
    assert "mercredi" in message.payload["text"]


def test_backdated_notice_is_refused_and_records_no_past_day(editor, committed_home):
    OfficialNoticeSettings.objects.update_or_create(defaults={"binding": "site"})
    board = NoticeIndexPageFactory(parent=committed_home)
    notice = NoticePageFactory(parent=board, live=False, first_day=date(2026, 11, 2))
    refused = publish(editor, notice)
    assert "25 décembre 2026" in refused.text
    assert not OfficialNoticePage.objects.get(pk=notice.pk).live
    publish(editor, notice, last_day="2026-12-25")
    shown = editor.get(OfficialNoticePage.objects.get(pk=notice.pk).url).text
    assert "26 novembre 2026" in shown
    assert "2 novembre 2026" not in shown


def test_pasted_office_links_are_cleaned(editor, committed_home):
    page = ContentPageFactory(
        parent=committed_home, title="Le port", live=False, body=[("text", "<p>Un</p>")]
    )
    url = edit_url(page)
    [field] = [name for name in page_form(editor, url) if name.startswith("body-0-value")]
    links = [
        f"http://testserver{url}#_ftn1",
        f"http://testserver{url}#_msocom_1",
        "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.vd.ch%2F&data=05",
    ]
    text = "[1][HK1]Canton"
    spans = [(0, 3), (3, 5), (8, 6)]
    block = {"key": "a", "text": text, "type": "unstyled", "depth": 0, "inlineStyleRanges": []}
    block["entityRanges"] = [{"key": key, "offset": o, "length": n} for key, (o, n) in enumerate(spans)]
    entities = {
        str(key): {"type": "LINK", "mutability": "MUTABLE", "data": {"url": link}}
        for key, link in enumerate(links)
    }
    publish(editor, page, **{field: json.dumps({"blocks": [block], "entityMap": entities})})
    shown = editor.get(ContentPage.objects.get(pk=page.pk).url).text
    assert '<a href="https://www.vd.ch/">Canton</a>' in shown
    assert "#_ftn1" not in shown
    assert "HK1" not in shown
    assert "safelinks" not in shown


def test_autosave_of_a_page_with_a_taken_slug_succeeds(editor, committed_home):
    ContentPageFactory(parent=committed_home, title="Budget", slug="budget")
    page = ContentPageFactory(parent=committed_home, title="Comptes", slug="comptes", live=False)
    url = edit_url(page)
    posted = page_form(editor, url) | {"slug": "budget"}
    saved = editor.post(url, posted, headers={"Accept": "application/json"}).json()
    assert saved["success"]
    assert "budget-2" in saved["field_updates"]["numbered-slug"]


def test_recipients_of_an_alert_sms_can_get_the_all_clear(editor, committed_home):
    reader()
    alert = Alert(texts=[("fr", {"title": "Eau non potable", "text": "Bouillez-la.", "sms": ""})], level=4)
    alert.save()
    alert.save_revision().publish()
    alert.refresh_from_db()
    actions.queue_alert(actor=None, alert=alert)
    wake(NOON + timedelta(minutes=1))
    ended = editor.post(
        reverse(Alert.snippet_viewset.get_url_name("unpublish"), args=[alert.pk]), follow=True
    )
    screen = reverse("news_channels:alert", args=[alert.pk])
    assert f'href="{screen}"' in ended.text
    editor.post(screen, {"all_clear": "1"})
    told = [
        one.payload["text"]
        for one in Delivery.objects.filter(carrier="news_sms").order_by("created_at", "pk")
    ]
    assert len(told) == 2
    assert any(text.startswith("Orvenay: Urgence : Eau non potable Bouillez-la.") for text in told)
    assert any(text.startswith("Orvenay: Fin d'alerte : Eau non potable") for text in told)
