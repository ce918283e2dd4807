"""Dates as people write them, in the four languages of the site."""

from datetime import date

import pytest
from django.conf import settings
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from home.localization.dates import date_format
from home.localization.written_dates import full_year, parse_month, parse_written_date

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    "text",
    [
        "2.5.1934",
        "02.05.1934",
        "2. 5. 1934",
        "2/5/1934",
        "02-05-1934",
        "2 5 1934",
        "1934-05-02",
        "1934/5/2",
        "02051934",
        "2 mai 1934",
        "2 MAI 1934",
        "le 2 mai 1934",
        "mercredi 2 mai 1934",
        "2. Mai 1934",
        "Mi, 2. Mai 1934",
        "den 2. Mai 1934",
        "2 maggio 1934",
        "il 2 mag. 1934",
        "2 May 1934",
        "May 2, 1934",
        "2nd of May 1934",
        "  2.5.1934  ",
    ],
)
def test_written_date_is_read(text):
    assert parse_written_date(text, TODAY) == date(1934, 5, 2)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1er février 1980", date(1980, 2, 1)),
        ("1° febbraio 1980", date(1980, 2, 1)),
        ("2 août 1999", date(1999, 8, 2)),
        ("3. März 2027", date(2027, 3, 3)),
        ("mar. 3 mars 2026", date(2026, 3, 3)),  # Tuesday
        ("mar 1.12.2026", date(2026, 12, 1)),
        ("01/02/80", date(1980, 2, 1)),
        ("010280", date(1980, 2, 1)),
        ("1.2.36", date(2036, 2, 1)),
        ("1.2.37", date(1937, 2, 1)),
        ("19800201", date(1980, 2, 1)),
        ("20011980", date(1980, 1, 20)),  # the day comes first
        ("20051224", date(2005, 12, 24)),
        ("20111103", date(2011, 11, 3)),
    ],
)
def test_abbreviated_date_is_read(text, day):
    assert parse_written_date(text, TODAY) == day


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "2",
            "2.5",
            "mai 1934",
            "31.2.1986",
            "29.2.2023",
            "2.13.1980",
            "0.5.1934",
            "2.5.934",
            "2 jui 1980",
        ),
        *(
            "demain",
            "2 xyz 1934",
            "2.5.1934.6",
            "2.5.1934 10:00",
            "31.4.05",
            "30.2.12",
            "29.2.23",
            "20.5.34.1",
            "9" * 80,
            "2 mai 1934" + " " * 80 + "x",
        ),
    ],
)
def test_text_that_is_no_date_is_refused(text):
    assert parse_written_date(text, TODAY) is None


def test_two_digits_of_a_birth_date_are_in_the_past():
    assert parse_written_date("1.2.30", TODAY, newest_year=2026) == date(1930, 2, 1)
    assert full_year("26", 2026) == 2026
    assert full_year("27", 2026) == 1927


@pytest.mark.parametrize("text", ["7", "07", "juil.", "Juillet", "Juli", "lug", "July"])
def test_month_is_read_in_every_language(text):
    assert parse_month(text) == 7


@given(
    day=st.dates(date(1000, 1, 1), date(9999, 12, 31)),
    language=st.sampled_from([code for code, _name in settings.LANGUAGES]),
)
def test_every_date_that_the_site_writes_is_read_again(day, language):
    with override(language):
        assert parse_written_date(date_format(day, "DATE_FORMAT"), TODAY) == day
        assert parse_written_date(date_format(day, "l j F Y"), TODAY) == day


@given(st.text(max_size=80))
def test_no_text_fails(text):
    assert parse_written_date(text, TODAY) is None or text.strip()
