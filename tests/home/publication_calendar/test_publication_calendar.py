"""Publication calendar: what is published and unpublished when."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from home.bundles import actions
from home.caching.site_version import bump_version
from home.publication_calendar import month_grid
from tests.factories import home as make
from tests.factories import news
from tests.factories.accounts import SuperuserFactory, UserFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def day(number: int, month: int = 12) -> datetime:
    return datetime(2026, month, number, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def made(module_db):
    make.CommuneSettingsFactory()
    home = make.make_site()
    with time_machine.travel(NOW, tick=False):
        user = SuperuserFactory()
        starts = make.ContentPageFactory(parent=home, title="Plage", live=False, go_live_at=day(3))
        starts.save_revision().publish()
        make.published(make.ContentPageFactory(parent=home, title="Sapins", expire_at=day(24)))
        make.AlertFactory(title="Crue", go_live_at=day(5), expire_at=day(6))
        page = make.ContentPageFactory(parent=home, title="Port", live=False)
        page.save_revision()
        actions.schedule(make.BundleFactory(title="Rentrée", pages=[page]), at=day(7), actor=user)
        agenda = news.EventIndexPageFactory(parent=home)
        news.EventPageFactory(parent=agenda, title="Marché de Noël", start=day(12), end=None)
    return user


@pytest.fixture
def planned(made, db):
    """User who sees a month with every type of planned publication."""
    return get_user_model().objects.get(pk=made.pk)


def shown(client, user, month: str = "2026-12") -> str:
    with time_machine.travel(NOW, tick=False):
        client.force_login(user)
        response = client.get(f"{reverse('publication_calendar')}?month={month}")
    assert response.status_code == 200
    return response.content.decode()


def test_calendar_shows_pages_alerts_bundles_and_events(client, planned):
    text = shown(client, planned)
    for title in ("Plage", "Sapins", "Crue", "Rentrée", "Marché de Noël"):
        assert text.count(title) >= 2, title  # in the month and in the list


def test_calendar_shows_article_without_hour(client, planned):
    index = news.NewsIndexPageFactory(parent=make.second_site("autre.example"), slug="nouvelles")
    make.published(news.NewsPageFactory(parent=index, title="Vendanges", date=date(2026, 12, 9)))
    listed = BeautifulSoup(shown(client, planned), "html.parser").select(".planned li")
    [hour] = [one.select_one(".num").text for one in listed if "Vendanges" in one.text]
    assert hour == ""


def test_calendar_shows_repeated_event_on_each_date(client, planned):
    agenda = news.EventIndexPageFactory(parent=make.second_site("autre.example"), slug="agenda-2")
    news.EventPageFactory(parent=agenda, title="Yoga", start=day(1), end=None, repeats="week", times=8)
    assert shown(client, planned).count("Yoga") >= 2 * 5
    assert "Yoga" in shown(client, planned, "2027-01")


def test_calendar_shows_alert_ended_by_hand_on_that_day(client, planned):
    with time_machine.travel(NOW, tick=False):
        alert = make.AlertFactory(title="Coupure d’eau")
        alert.save_revision().publish()
    with time_machine.travel(day(9), tick=False):
        alert.refresh_from_db()
        alert.unpublish()
    assert "Coupure d’eau" in shown(client, planned)


def test_calendar_of_other_month_omits_publication(client, planned):
    assert "Rentrée" not in shown(client, planned, "2027-02")


def test_calendar_query_count_is_constant(client, planned):
    shown(client, planned)
    bump_version()  # empties the caches, before both measurements
    with CaptureQueriesContext(connection) as queries:
        shown(client, planned)
    few = len(queries)
    agenda = news.EventIndexPageFactory(parent=make.second_site("autre.example"), slug="agenda-2")
    for number in range(8):
        news.EventPageFactory(parent=agenda, title=f"Concert {number}", start=day(12 + number), end=None)
    bump_version()
    with CaptureQueriesContext(connection) as queries:
        assert "Concert 7" in shown(client, planned)
    assert len(queries) <= few


def test_calendar_shows_agents_only_public_events(client, planned):
    agent = UserFactory(is_staff=True, roles=("agents",))
    text = shown(client, agent)
    assert "Marché de Noël" in text
    for title in ("Plage", "Crue", "Rentrée"):
        assert title not in text


@pytest.mark.parametrize(
    "text", ["", "x", "2026-13", "2026-00", "0000-01", "9999-12", "2026-1\x00", "1" * 10_000, "٢٠٢٦-٠١"]
)
def test_invalid_month_is_replaced_by_current_month(text):
    assert month_grid.parse_month(text, date(2026, 11, 24)) == date(2026, 11, 1)


def test_month_grid_has_whole_weeks_from_monday():
    weeks = month_grid.month_weeks(date(2026, 12, 1), {date(2026, 12, 12): ["x"]})
    assert [len(week) for week in weeks] == [7] * 5
    assert weeks[0][0].date == date(2026, 11, 30)
    assert not weeks[0][0].within
    assert weeks[1][5].entries == ["x"]
    assert (month_grid.previous_month(date(2027, 1, 1)), month_grid.next_month(date(2026, 12, 1))) == (
        date(2026, 12, 1),
        date(2027, 1, 1),
    )
