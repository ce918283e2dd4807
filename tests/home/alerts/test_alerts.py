"""Alerts: shown on every page while they are live."""

import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from xml.etree import ElementTree

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from home import jobs
from home.alerts.levels import AlertLevel
from home.alerts.models import Alert
from home.formats import sms
from tests.factories import home as make
from tests.factories.accounts import SuperuserFactory, UserFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
SOON, LATER = NOW + timedelta(hours=2), NOW + timedelta(hours=5)


@pytest.fixture
def editor(client, home):
    user = SuperuserFactory()
    client.force_login(user)
    return user


def shown(client, address="/") -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def form(**fields):
    words = {"title": "Eau coupée", "text": "", "details": rich_text(""), "link_text": "", "sms": ""}
    return nested_form_data(
        {
            "level": AlertLevel.DANGER,
            "texts": streamfield([("fr", words | fields.pop("words", {}))]),
            "go_live_at": "",
            "expire_at": "",
            "page": "",
            "url": "",
            "sections": streamfield([]),
        }
        | fields
    )


# -- place and time --------------------------------------------------
def test_alert_is_shown_on_every_page_when_published(client, home):
    page = make.ContentPageFactory(parent=home)
    addresses = ["/", page.url, "/recherche/", "/infolettre/"]
    assert not any(
        "Eau coupée" in shown(client, address) for address in addresses
    )  # the pages are cached now
    alert = make.AlertFactory()
    assert all("Eau coupée" in shown(client, address) for address in addresses)
    alert.unpublish()
    assert not any("Eau coupée" in shown(client, address) for address in addresses)


def test_draft_alert_is_not_shown(client, home):
    make.AlertFactory(publish=False)
    assert "Eau coupée" not in shown(client)
    assert "Eau coupée" not in shown(client, "/alertes/")


def test_expired_alert_is_hidden_before_the_job_runs(client, home):
    with time_machine.travel(NOW, tick=False):
        make.AlertFactory(expire_at=SOON)
        assert "Eau coupée" in shown(client)
    with time_machine.travel(SOON, tick=False):
        assert "Eau coupée" not in shown(client)


def test_scheduled_alert_is_published_and_expired_by_job(client, home):
    with time_machine.travel(NOW, tick=False):
        alert = make.AlertFactory(go_live_at=SOON, expire_at=LATER)
        assert "Eau coupée" not in shown(client)
    with time_machine.travel(SOON, tick=False):
        jobs.publish_scheduled(timezone.now())
        assert "Eau coupée" in shown(client)
    with time_machine.travel(LATER, tick=False):
        jobs.publish_scheduled(timezone.now())
        alert.refresh_from_db()
        assert not alert.live
        assert (alert.began_at, alert.ended_at) == (SOON, LATER)


def test_alert_of_section_is_shown_only_within_it(client, home):
    section = make.SectionPageFactory(parent=home)
    below, elsewhere = make.ContentPageFactory(parent=section), make.ContentPageFactory(parent=home)
    make.AlertFactory(sections=[("page", section)])
    assert "Eau coupée" in shown(client, section.url)
    assert "Eau coupée" in shown(client, below.url)
    for address in ("/", elsewhere.url, "/recherche/"):
        assert "Eau coupée" not in shown(client, address)


def test_alert_of_section_is_shown_in_its_translations(client, home):
    make.translated(home, "de", title="Startseite")
    section = make.published(make.SectionPageFactory(parent=home))
    german = make.translated(section, "de", title="Leben")
    make.AlertFactory(
        sections=[("page", section)], texts=[("fr", {"title": "Eau"}), ("de", {"title": "Wasser"})]
    )
    assert "Wasser" in shown(client, german.url)
    assert "Wasser" not in shown(client, "/de/")


def test_alert_of_deleted_section_is_not_shown_site_wide(client, home):
    section = make.SectionPageFactory(parent=home)
    make.AlertFactory(sections=[("page", section)])
    section.delete()
    assert "Eau coupée" not in shown(client)


# -- texts -----------------------------------------------------------
def test_alert_uses_reader_language_or_marks_the_first(client, home):
    make.translated(home, "de", title="Startseite")
    make.translated(home, "en", title="Home")
    make.AlertFactory(texts=[("fr", {"title": "Eau coupée"}), ("de", {"title": "Kein Wasser"})])
    assert "Kein Wasser" in shown(client, "/de/")
    assert '<span lang="fr"><strong>Eau coupée' in shown(client, "/en/")


def test_alert_links_page_in_active_language(client, home):
    make.translated(home, "de", title="Startseite")
    page = make.published(make.ContentPageFactory(parent=home))
    german = make.translated(page, "de", title="Wasser", slug="wasser")
    make.AlertFactory(page=page)
    assert f'<a href="{page.url}">' in shown(client)
    assert f'<a href="{german.url}">' in shown(client, "/de/").partition('class="alerts"')[2]


def test_alert_link_to_untranslated_page_names_reader_language(client, home):
    make.translated(home, "de", title="Startseite")
    page = make.published(make.ContentPageFactory(parent=home))
    make.AlertFactory(page=page)
    assert f'<a href="{page.url}">' in shown(client)
    assert f'<a href="{page.url}?lu=de">' in shown(client, "/de/").partition('class="alerts"')[2]


def test_alert_without_page_links_its_details(client, home):
    alert = make.AlertFactory(details="<p>Faites-la bouillir.</p>")
    assert f"/alertes/#a-{alert.key}" in shown(client)
    assert "Faites-la bouillir." in shown(client, "/alertes/")


def test_alert_text_is_escaped(client, home):
    make.AlertFactory(title="<script>alert(1)</script>")
    assert "<script>alert(1)" not in shown(client)


@pytest.mark.parametrize(
    ("level", "role", "closable"),
    [
        (AlertLevel.INFORMATION, "", True),
        (AlertLevel.ATTENTION, "", True),
        (AlertLevel.DANGER, "status", False),
        (AlertLevel.EMERGENCY, "alert", False),
    ],
)
def test_alert_level_sets_label_icon_and_role(client, home, level, role, closable):
    make.AlertFactory(level=level)
    banner = shown(client).partition('class="alerts"')[2].partition("</aside>")[0]
    assert str(level.label) in banner
    assert f"#i-{level.icon}" in banner
    assert (f'role="{role}"' in banner) == bool(role)
    assert ("data-closable" in banner) is closable
    assert ("<script>" in shown(client)) is closable


def test_gravest_alert_comes_first(client, home):
    for level, title in ((2, "Travaux"), (4, "Crue"), (1, "Guichets")):
        make.AlertFactory(level=level, title=title)
    banner = shown(client).partition('class="alerts"')[2]
    assert banner.index("Crue") < banner.index("Travaux") < banner.index("Guichets")


def test_alert_sets_no_cookie(client, home):
    make.AlertFactory()
    assert not client.get("/").cookies


def test_alert_script_is_allowed_by_its_hash(client, home):
    make.AlertFactory(level=AlertLevel.ATTENTION)
    page = client.get("/")
    scripts = re.findall("<script>(.*?)</script>", page.text, re.DOTALL)
    said = [b64encode(sha256(one.encode()).digest()).decode() for one in scripts]
    assert len(said) == 1
    assert f"script-src 'self' 'sha256-{said[0]}'" in page["Content-Security-Policy"]


# -- page of alerts --------------------------------------------------
def test_alerts_page_lists_current_and_past_alerts(client, home):
    make.AlertFactory(title="Eau coupée")
    make.AlertFactory(title="Tempête").unpublish()
    current, _mark, past = shown(client, "/alertes/").partition("ruled hang")
    assert "Eau coupée" in current
    assert "Tempête" in past
    assert "Tempête" not in current


def test_alert_title_is_shown_alone_without_trailing_comma(client, home):
    words = {"title": "Eau coupée demain, ", "text": "rue du Lac."}
    alert = make.AlertFactory(level=AlertLevel.INFORMATION, texts=[("fr", words)])
    assert str(alert) == "Eau coupée demain"
    unwritten = make.AlertFactory.build(level=AlertLevel.INFORMATION, texts=[("fr", words | {"title": ""})])
    assert str(unwritten) == "Information"
    banner = shown(client)
    assert "Eau coupée demain, " in banner
    assert "«\xa0Eau coupée demain\xa0»" in banner
    assert "<h3>Eau coupée demain</h3>" in shown(client, "/alertes/")
    assert "Eau coupée demain</title>" in shown(client, "/alertes/rss/")


def test_alerts_page_without_alerts_states_it(client, home):
    assert "check" in shown(client, "/alertes/").partition("<main")[2]


def test_reworded_alert_keeps_start_and_republished_restarts(home):
    with time_machine.travel(NOW, tick=False):
        alert = make.AlertFactory()
    with time_machine.travel(SOON, tick=False):
        alert.save_revision().publish()
        alert.refresh_from_db()
        assert alert.began_at == NOW
        alert.unpublish()
    with time_machine.travel(LATER, tick=False):
        alert = Alert.objects.get()
        alert.save_revision().publish()
        alert.refresh_from_db()
    assert (alert.began_at, alert.ended_at) == (LATER, None)


def test_alerts_feed_lists_current_alerts(client, home):
    make.AlertFactory(title="Eau & gaz", level=AlertLevel.DANGER)
    make.AlertFactory(title="Tempête").unpublish()
    feed = shown(client, "/alertes/rss/")
    assert "Danger\u00a0: Eau &amp; gaz" in feed
    assert "Tempête" not in feed


def test_alerts_feed_replaces_control_characters(client, home):
    words = {"title": "Eau\x0bcoupée", "text": "Jusqu’à\x0c midi\x1f."}
    make.AlertFactory(texts=[("fr", words)])
    item = ElementTree.fromstring(shown(client, "/alertes/rss/")).find("channel/item")
    assert item.find("title").text.endswith("Eau coupée")
    assert item.find("description").text == "Jusqu’à  midi ."


def test_alerts_are_queried_once_and_cached(client, home):
    page = make.ContentPageFactory(parent=home)
    for _number in range(5):
        make.AlertFactory(page=page, sections=[("page", home)])
    client.get("/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/")
    assert not [one for one in queries if "home_alert" in one["sql"]]
    cache.clear()
    with CaptureQueriesContext(connection) as queries:
        client.get("/")
    assert len([one for one in queries if "home_alert" in one["sql"]]) == 1


# -- editor ----------------------------------------------------------
def test_editor_publishes_alert(client, editor):
    address = reverse(Alert.snippet_viewset.get_url_name("add"))
    assert client.get(address).status_code == 200
    answer = client.post(address, form() | {"action-publish": "1"})
    assert answer.status_code == 302, answer.context["form"].errors
    alert = Alert.objects.get()
    assert alert.live
    assert "Eau coupée" in shown(client)
    listed = shown(client, reverse(Alert.snippet_viewset.get_url_name("list")))
    assert "Eau coupée" in listed


def test_alert_preview_shows_banner_and_details(client, editor):
    alert = make.AlertFactory(publish=False, details="<p>Faites-la bouillir.</p>")
    address = reverse(Alert.snippet_viewset.get_url_name("preview_on_edit"), args=[alert.pk])
    client.post(address, form(words={"details": rich_text("<p>Faites-la bouillir.</p>")}))
    preview = shown(client, f"{address}?mode=fr")
    assert "alert danger" in preview
    assert "Faites-la bouillir." in preview


def test_too_long_sms_text_is_refused_with_its_length(client, editor):
    address = reverse(Alert.snippet_viewset.get_url_name("add"))
    answer = client.post(address, form(words={"sms": "ê" * 300}) | {"action-publish": "1"})
    assert answer.status_code == 200
    assert "UCS-2" in answer.content.decode()
    assert not Alert.objects.exists()


@pytest.mark.parametrize("title", ["Eau\x00coupée", "a" * 10_000, "🚰" * 100])
def test_alert_with_unusual_title_causes_no_error(client, editor, title):
    address = reverse(Alert.snippet_viewset.get_url_name("add"))
    assert client.post(address, form(words={"title": title}) | {"action-publish": "1"}).status_code in (
        200,
        302,
    )
    shown(client)


def test_editors_write_alerts_and_moderators_publish_them(client, home):
    address = reverse(Alert.snippet_viewset.get_url_name("add"))
    for role, publishes in (("editors", False), ("moderators", True)):
        client.force_login(UserFactory(is_staff=True, roles=(role,)))
        assert ("action-publish" in shown(client, address)) is publishes
    client.force_login(UserFactory(is_staff=True, roles=("agents",)))
    assert client.get(address).status_code == 302


# -- length of an SMS ------------------------------------------------
@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", ("GSM-7", 0, 0)),
        ("a" * 160, ("GSM-7", 160, 1)),
        ("a" * 161, ("GSM-7", 161, 2)),
        ("a" * 306, ("GSM-7", 306, 2)),
        ("a" * 307, ("GSM-7", 307, 3)),
        ("Eau coupée à 13 h", ("GSM-7", 17, 1)),
        ("12 €", ("GSM-7", 5, 1)),
        ("€" * 80, ("GSM-7", 160, 1)),
        ("€" * 153, ("GSM-7", 306, 3)),  # a character of two units is not divided
        ("ê" * 70, ("UCS-2", 70, 1)),
        ("ê" * 71, ("UCS-2", 71, 2)),
        ("🚰", ("UCS-2", 2, 1)),
        ("🚰" * 67, ("UCS-2", 134, 3)),
    ],
)
def test_sms_length_matches_gateway_billing(text, length):
    assert sms.measure_sms(text) == sms.SmsLength(*length)


def test_alert_without_sms_text_sends_level_title_and_text(home):
    alert = make.AlertFactory(level=AlertLevel.EMERGENCY, title="Crue.", text="Montez.")
    assert "Crue. Montez." in alert.sms_text("fr")
    assert str(AlertLevel.EMERGENCY.label) in alert.sms_text("fr")
    assert make.AlertFactory(sms="Montez").sms_text("de").splitlines()[0] == "Orvenay: Montez"
