"""Digest for moderators: one e-mail in the morning if new texts wait."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from eservices.deliveries.models import Delivery
from news.participation.jobs import send_moderator_digests
from news.participation.models import Contribution
from news.participation.moderation import actions
from news.participation.moderation.states import ModerationState
from tests.factories.accounts import AgentFactory, SuperuserFactory, UserFactory
from tests.factories.participation import CommentFactory, ContributionFactory

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)  # 10:00 in the commune


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def moderator(db):
    return UserFactory(email="lecture@commune.example", roles=["moderators"])


def idea(box, **fields) -> Contribution:
    return ContributionFactory(
        consultation=box.translation_key, **{"state": ModerationState.WAITING} | fields
    )


def sweep(clock, **ahead) -> None:
    clock.shift(timedelta(**ahead))
    send_moderator_digests(timezone.now())


def digests_to(person) -> list[Delivery]:
    return list(Delivery.objects.filter(recipient=person.email).order_by("created_at", "pk"))


def test_moderator_digest_is_sent_once_without_quotes(box, moderator, clock):
    for number in range(30):
        idea(box, title=f"Achetez {number}")
    CommentFactory(article=box.translation_key, state=ModerationState.WAITING)
    sweep(clock, hours=1)
    assert not digests_to(moderator)
    sweep(clock, hours=21)
    sweep(clock, seconds=15)
    [letter] = digests_to(moderator)
    assert letter.title == "31 textes à lire"
    text = letter.payload["text"]
    assert "Contributions\xa0: 30" in text
    assert "Commentaires\xa0: 1" in text
    assert reverse("participation_desk:waiting") in text
    assert "Achetez" not in text


def test_moderator_digest_is_repeated_only_for_new_texts(box, moderator, clock):
    first = idea(box)
    sweep(clock, days=1)
    idea(box)
    sweep(clock, hours=1)
    assert len(digests_to(moderator)) == 1
    actions.publish_written(actor=moderator, written=first)
    sweep(clock, days=1)
    assert [one.title for one in digests_to(moderator)] == ["1 texte à lire", "1 texte à lire"]
    sweep(clock, days=1)
    assert len(digests_to(moderator)) == 2


def test_moderator_digest_omits_moderated_texts(box, moderator, clock):
    actions.publish_written(actor=moderator, written=idea(box))
    sweep(clock, days=1)
    assert not digests_to(moderator)


def test_moderator_digest_includes_texts_confirmed_late(box, moderator, clock):
    idea(box)
    sweep(clock, days=1)
    idea(box, handed_in_at=MONDAY - timedelta(days=1))
    sweep(clock, days=1)
    assert [one.title for one in digests_to(moderator)] == ["1 texte à lire", "2 textes à lire"]


def test_moderator_digest_is_not_sent_at_weekend(box, moderator, clock):
    clock.shift(timedelta(days=4))
    idea(box)
    sweep(clock, days=2)
    assert not digests_to(moderator)
    sweep(clock, days=1)
    assert len(digests_to(moderator)) == 1


def test_moderator_digest_uses_language_and_permissions(box, moderator, clock):
    german = UserFactory(email="lesen@commune.example", roles=["moderators"], language="de")
    gone = UserFactory(email="partie@commune.example", roles=["moderators"], is_active=False)
    agent, runs_the_site = AgentFactory(), SuperuserFactory()
    idea(box)
    sweep(clock, days=1)
    assert digests_to(moderator)[0].title == "1 texte à lire"
    assert digests_to(german)[0].title == "1 Text zu lesen"
    assert not any(digests_to(person) for person in (gone, agent, runs_the_site))


def test_moderator_digest_goes_to_superusers_without_moderator(box, clock):
    runs_the_site = SuperuserFactory()
    idea(box)
    sweep(clock, days=1)
    assert len(digests_to(runs_the_site)) == 1
