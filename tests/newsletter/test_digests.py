"""Digests: composed and mailed automatically if they are due and have contents."""

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from wagtail.models import PageViewRestriction

from home.search import index as search
from newsletter import sending
from newsletter.actions import digests
from newsletter.digest_schedule import next_digest_at
from newsletter.jobs import write_digests
from newsletter.models import Campaign, Digest, Mailing
from tests.factories.accounts import SuperuserFactory
from tests.factories.home import locale, published, translated
from tests.factories.news import (
    EventIndexPageFactory,
    EventPageFactory,
    NewsCategoryFactory,
    NewsIndexPageFactory,
    NewsPageFactory,
    moment,
)
from tests.factories.newsletter import SubscriberFactory, TopicFactory

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Europe/Zurich")
NOW = datetime(2026, 11, 25, 12, tzinfo=ZONE)  # a Wednesday


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def index(home, clock):
    return NewsIndexPageFactory(parent=home)


def publish(index, slug, topics=(), title=""):
    page = NewsPageFactory(
        parent=index, title=title or slug, category=NewsCategoryFactory(slug=slug), live=False
    )
    page.topics = topics
    return published(page)


def close(page):
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)


def second_line(sent) -> str:
    """Return the preview text that a mail program shows beside the subject."""
    return re.search(r"<div style=.display:none.*?>(.*?)</div>", sent.alternatives[0].content)[1]


def thursday(clock):
    """Set the clock to half past seven on the next day and run all jobs."""
    clock.move_to(NOW.replace(day=26, hour=7, minute=30))
    go_on()


def go_on():
    write_digests(timezone.now())
    for mailing in Mailing.objects.all():
        sending.run_mailing(mailing.pk)


def weekly(**fields):
    since = NOW - timedelta(minutes=1)
    digest = Digest.objects.create(
        locale=locale(), title="La lettre du jeudi", weekday=3, since=since, **fields
    )
    assert digest.due_at == datetime(2026, 11, 26, 7, tzinfo=ZONE)
    return digest


def test_digest_has_pages_and_events_of_each_subscriber_s_topics(index, home, clock):
    roads, votes = TopicFactory(), TopicFactory()
    weekly()
    publish(index, "rue", [roads])
    publish(index, "vote", [votes])
    EventPageFactory(parent=EventIndexPageFactory(parent=home), title="Marché", start=moment(2026, 11, 28, 9))
    road, both = SubscriberFactory(topics=[roads]), SubscriberFactory(topics=[roads, votes])
    thursday(clock)
    bodies = {sent.to[0]: sent.body for sent in mail.outbox}
    assert set(bodies) == {road.email, both.email}
    assert "vote" not in bodies[road.email]
    for word in ("rue", "vote", "Marché"):
        assert word in bodies[both.email]
    assert mail.outbox[0].subject == "La lettre du jeudi"
    previews = {sent.to[0]: second_line(sent) for sent in mail.outbox}
    assert "rue" in previews[road.email]
    assert "vote" not in previews[road.email]
    assert "vote" in previews[both.email]


def test_archive_lists_pages_of_a_digest_up_to_a_limit(client, index, clock, django_assert_max_num_queries):
    weekly(lead="Bonjour.")
    for number in range(6):
        publish(index, f"Ruelle {number}")
    SubscriberFactory()
    thursday(clock)
    address = reverse("newsletter:archive")
    client.get(address)
    with django_assert_max_num_queries(6):
        shown = client.get(address).content.decode()
    named = re.findall(r'<span lang="fr">(Ruelle \d)</span>', shown)
    assert len(named) == 4
    assert "et 2 autres" in shown
    assert "Bonjour." not in shown
    german = client.get(f"/de{address}").content.decode()
    assert '<span lang="fr">Ruelle' in german
    assert "und 2 weitere" in german


@pytest.mark.parametrize(
    "closing", [lambda page: page.unpublish(), close, lambda page: close(page.get_parent())]
)
def test_archived_digest_omits_pages_that_are_no_longer_public(client, index, clock, closing):
    weekly(lead="Bonjour.")
    page = publish(index, "Ruelle")
    SubscriberFactory()
    thursday(clock)
    number = Mailing.objects.get().number
    addresses = [reverse("newsletter:archive"), reverse("newsletter:archived", args=[number])]
    assert "Ruelle" in client.get(addresses[1]).content.decode()
    closing(page)
    for address in addresses:
        shown = client.get(address).content.decode()
        assert "Bonjour." in shown
        assert "Ruelle" not in shown
    assert not search.find_entries("ruelle", "fr").hits


def test_digest_repeats_nothing_and_is_not_sent_without_pages(index, clock):
    digest = weekly()
    publish(index, "rue")
    SubscriberFactory()
    thursday(clock)
    write_digests(timezone.now())
    assert len(mail.outbox) == 1
    digest.refresh_from_db()
    assert digest.due_at == datetime(2026, 12, 3, 7, tzinfo=ZONE)
    clock.shift(timedelta(days=7))
    write_digests(timezone.now())
    assert Campaign.objects.count() == 1


def test_digest_on_a_topic_goes_to_its_subscribers_only(index, clock):
    roads, votes = TopicFactory(), TopicFactory()
    weekly().topics.set([roads])
    publish(index, "rue", [roads])
    publish(index, "vote", [votes])
    publish(index, "divers")
    reader = SubscriberFactory(topics=[roads, votes])
    SubscriberFactory(topics=[votes])
    thursday(clock)
    assert [sent.to[0] for sent in mail.outbox] == [reader.email]
    assert "rue" in mail.outbox[0].body
    assert "vote" not in mail.outbox[0].body
    assert "divers" not in mail.outbox[0].body


def test_translated_digest_is_sent_in_each_language(index, clock):
    digest = weekly()
    german = digest.copy_for_translation(locale("de"))
    german.title = "Der Donnerstagsbrief"
    german.save()
    translated(publish(index, "rue"), "de", title="Die Strasse")
    SubscriberFactory(language="de")
    SubscriberFactory()
    thursday(clock)
    subjects = sorted(sent.subject for sent in mail.outbox)
    assert subjects == ["Der Donnerstagsbrief", "La lettre du jeudi"]
    assert Mailing.objects.count() == 1
    assert any("Die Strasse" in sent.body for sent in mail.outbox)


def test_untranslated_digest_has_translated_pages(client, index, clock):
    """A digest has no text but its title: readers of German get German pages and a German unsubscribe link."""
    locale("de")
    weekly()
    translated(publish(index, "rue", title="La rue"), "de", title="Die Strasse")
    theirs, ours = SubscriberFactory(language="de"), SubscriberFactory()
    thursday(clock)
    bodies = {sent.to[0]: sent.body for sent in mail.outbox}
    assert "Die Strasse" in bodies[theirs.email]
    assert "Abmelden" in bodies[theirs.email]
    assert "La rue" in bodies[ours.email]
    assert {sent.subject for sent in mail.outbox} == {"La lettre du jeudi"}
    assert "Die Strasse" in client.get(f"/de/infolettre/archives/{Mailing.objects.get().number}/").text


def test_digest_list_shows_rhythm_and_state(client, home, clock):
    weekly()
    client.force_login(SuperuserFactory())
    shown = client.get(reverse(Digest.snippet_viewset.get_url_name("list"))).text
    assert "1 résumé automatique" in shown
    assert "empreinte" not in shown
    table = BeautifulSoup(shown, "html.parser").select_one("main table").text
    assert "Rythme" in table
    assert "En service" in table
    assert "method" not in table
    assert "oui" in table
    assert "True" not in table


def test_disabled_digest_is_not_sent(index, clock):
    digest = weekly()
    digest.active = False
    digest.save()
    publish(index, "rue")
    thursday(clock)
    assert digest.due_at is None
    assert not Campaign.objects.exists()


@pytest.mark.parametrize(
    ("rhythm", "weekday", "now", "due"),
    [
        ("daily", 0, (2026, 11, 25, 6), (2026, 11, 25, 7)),
        ("daily", 0, (2026, 11, 25, 7), (2026, 11, 26, 7)),
        ("weekly", 2, (2026, 11, 25, 6), (2026, 11, 25, 7)),
        ("weekly", 2, (2026, 11, 25, 8), (2026, 12, 2, 7)),
        ("weekly", 1, (2026, 11, 25, 8), (2026, 12, 1, 7)),
        ("daily", 0, (2027, 3, 27, 8), (2027, 3, 28, 7)),  # clocks change in the night between
    ],
)
def test_next_digest_is_due_at_the_next_local_time(rhythm, weekday, now, due):
    found = next_digest_at(rhythm, weekday, time(7), datetime(*now, tzinfo=ZONE))
    assert found == datetime(*due, tzinfo=ZONE)


def test_failing_digest_blocks_no_other_and_is_shown_to_staff(client, index, clock, monkeypatch):
    faulty, sound = TopicFactory(), TopicFactory()
    first, second = weekly(), weekly()
    first.topics.set([faulty])
    second.topics.set([sound])
    Digest.objects.filter(pk=second.pk).update(title="La lettre saine")
    publish(index, "faute", [faulty])
    publish(index, "rue", [sound])
    SubscriberFactory(topics=[faulty, sound])
    seen = digests._campaign

    def written(digest, *args):
        if digest.pk == first.pk:
            raise RuntimeError("a picture that is none")
        return seen(digest, *args)

    monkeypatch.setattr(digests, "_campaign", written)
    thursday(clock)
    assert [sent.subject for sent in mail.outbox] == ["La lettre saine"]
    client.force_login(SuperuserFactory())
    home = client.get(reverse("wagtailadmin_home")).content.decode()
    assert "Infolettres qui ne partent pas" in home
    assert "La lettre du jeudi" in home
    assert "La lettre saine" not in home
    monkeypatch.undo()
    clock.shift(timedelta(minutes=11))
    go_on()
    assert [sent.subject for sent in mail.outbox] == ["La lettre saine", "La lettre du jeudi"]
    assert "Infolettres qui ne partent pas" not in client.get(reverse("wagtailadmin_home")).content.decode()


def test_digest_that_cannot_be_rendered_is_shown_to_staff(client, index, clock, monkeypatch):
    faulty, sound = TopicFactory(), TopicFactory()
    weekly(lead="Faute").topics.set([faulty])
    weekly(lead="Saine").topics.set([sound])
    publish(index, "champ", [faulty])
    publish(index, "rue", [sound])
    SubscriberFactory(topics=[faulty, sound])
    drawn = sending.render_letter

    def letter(campaign, *args, **options):
        if campaign.lead == "Faute":
            raise RuntimeError("a picture that is none")
        return drawn(campaign, *args, **options)

    monkeypatch.setattr(sending, "render_letter", letter)
    thursday(clock)
    assert ["Saine" in sent.body for sent in mail.outbox] == [True]
    client.force_login(SuperuserFactory())
    home = client.get(reverse("wagtailadmin_home")).content.decode()
    assert "a picture that is none" in home
    assert reverse("newsletter_desk:sending", args=[Campaign.objects.get(lead="Faute").pk]) in home
