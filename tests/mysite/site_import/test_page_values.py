"""Values of pages: times as sources write them."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from mysite.site_import.page_values import parse_moment
from news.articles.models import NewsPage

from .old_sites import imported, outcomes
from .test_tables_and_feeds import SITE


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-12-31T20:00:00Z", datetime(2026, 12, 31, 21)),
        ("2026-12-31 20:00", datetime(2026, 12, 31, 20)),
        ("20261231", datetime(2026, 12, 31)),
        ("05.02.2026", datetime(2026, 2, 5)),
        ("31.12.2026 20:00", datetime(2026, 12, 31, 20)),
        ("20:00", None),
        ("12.2026", None),
        ("12-24", None),
        ("2026", None),
        ("2026-12", None),
        ("29.02.", None),
    ],
)
def test_day_month_and_year_must_be_named(text, moment):
    found = parse_moment(text)
    assert found == (timezone.make_aware(moment) if moment else None)


def test_article_without_date_is_not_written_again(home):
    table = {"content": b"kind;title;address;body\narticle;A;/a;Texte", "name": "a.csv", "address": SITE}
    imported("table", home, **table)
    assert NewsPage.objects.get().date == timezone.localdate()
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        again = imported("table", home, **table)
    assert outcomes(again) == {"A": "unchanged"}
