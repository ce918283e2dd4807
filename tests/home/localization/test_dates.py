"""Dates and hours in words, in the notation of each language."""

import re
from datetime import UTC, date, datetime, time

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template
from django.utils import timezone
from django.utils.translation import override
from wagtail.admin.widgets import AdminDateInput, AdminDateTimeInput

from home.localization.dates import date_format
from home.opening_hours.rules import OpeningSpan

FIRST, SECOND = date(2026, 12, 1), date(2026, 12, 2)


def drawn(source: str, **context) -> str:
    return Template(source).render(Context(context))


@pytest.mark.parametrize(
    ("language", "day", "written"),
    [
        ("fr", FIRST, "1er décembre 2026"),
        ("fr", SECOND, "2 décembre 2026"),
        ("fr", date(2026, 12, 11), "11 décembre 2026"),
        ("de", FIRST, "1. Dezember 2026"),
        ("it", FIRST, "1° dicembre 2026"),
        ("it", SECOND, "2 dicembre 2026"),
        ("en", FIRST, "1 December 2026"),
    ],
)
def test_first_day_of_month_is_written_by_language(language, day, written):
    with override(language):
        assert date_format(day) == written
        assert drawn("{{ day|date:'DATE_FORMAT' }}", day=day) == written


def test_first_day_is_ordinal_only_in_long_formats():
    with override("fr"):
        assert date_format(FIRST, "l j F") == "mardi 1er décembre"
        assert date_format(FIRST, "l j") == "mardi 1er"
        assert date_format(FIRST, "j.m.") == "1.12."
        assert date_format(FIRST, "j") == "1"
        assert date_format(FIRST, r"\j j") == "j 1er"
        assert date_format(FIRST, "SHORT_DATE_FORMAT") == "01.12.2026"


@pytest.mark.parametrize(
    ("language", "written"),
    [("fr", "mercredi 2 décembre"), ("de", "Mittwoch, 2. Dezember"), ("en", "Wednesday 2 December")],
)
def test_weekday_and_day_are_punctuated_by_language(language, written):
    with override(language):
        assert drawn("{{ day|date:'l j F' }}", day=SECOND) == written
        assert drawn("{{ day|date:'j.m.Y' }}", day=SECOND) == "2.12.2026"


def test_italian_dates_use_ordinal_and_lowercase_weekdays():
    with override("it"):
        assert date_format(FIRST, "j F").startswith("1° ")
        assert date_format(FIRST, "D j.m.") == "mar 1.12."


def test_dates_use_commune_time_zone_and_allow_none():
    late = datetime(2026, 11, 30, 23, 30, tzinfo=timezone.get_fixed_timezone(0))
    with override("fr"):
        assert drawn("{{ moment|date:'j F' }}", moment=late) == "1er décembre"
        assert drawn("{{ moment|date }}{{ none|date:'j F' }}", moment="", none=None) == ""
        assert drawn("{{ hour|date:'H:i' }}", hour=time(8, 5)) == "08:05"


def test_opening_hours_are_formatted_as_span():
    with override("en"):
        assert drawn("{{ span|hours }}", span=OpeningSpan(0, time(8), time(11, 30))) == "8:00–11:30"
        assert drawn("{{ span|hours }}", span=OpeningSpan(0, time(7, 45), time(17))) == "7:45–17:00"


def test_label_ending_in_question_mark_gets_no_colon():
    with override("en"):
        assert drawn("{{ label|before }}No.", label="Where to?") == "Where to? No."
        assert drawn("{{ label|before }}No.", label="Town") == "Town: No."


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_staff_type_dates_in_local_notation(language):
    with override(language):
        moment = forms.DateTimeField(widget=AdminDateTimeInput).clean("01.03.2027 08:00")
        assert (moment.day, moment.month, moment.hour) == (1, 3, 8)
        assert 'value="01.03.2027 08:00"' in AdminDateTimeInput().render("day", moment)
        day = forms.DateField(widget=AdminDateInput).clean("01.03.2027")
        assert 'value="01.03.2027"' in AdminDateInput().render("day", day)


def test_machine_readable_time_is_local_with_seconds():
    happened = datetime(2026, 11, 27, 15, 15, 14, 296563, tzinfo=UTC)
    assert drawn("{{ happened|moment }}", happened=happened) == "2026-11-27T16:15:14+01:00"
    assert drawn("{{ never|moment }}", never=None) == ""


def test_templates_use_no_times_finer_than_html_allows():
    written = re.compile(r"""datetime="[^"]*\|date:["']c""")
    assert [
        path for path in (settings.BASE_DIR / "templates").rglob("*.html") if written.search(path.read_text())
    ] == []
