"""Tables that are taken away open by a double click: as the spreadsheets of the office read CSV."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import gettext_lazy, override

from home.spreadsheets import csv_lines


def written(language: str, *row) -> str:
    with override(language):
        lines = csv_lines(["A", gettext_lazy("Day")], [row])
    return "".join(lines)


def test_it_begins_with_the_mark_of_utf_8_and_has_semicolons():
    assert written("fr", "é, è", date(2026, 11, 3)) == "\ufeffA;Jour\r\né, è;2026-11-03\r\n"


@pytest.mark.parametrize(
    ("country", "language", "said"),
    [
        ("CH", "fr", "1010,20"),
        ("CH", "de", "1010.20"),
        ("CH", "it", "1010.20"),
        ("CH", "en", "1010.20"),
        ("BE", "fr", "1010,20"),
        ("BE", "de", "1010,20"),
        ("BE", "en", "1010.20"),
    ],
)
def test_a_number_has_the_decimal_mark_of_the_country_and_the_language(settings, country, language, said):
    settings.COUNTRY = country
    assert written(language, Decimal("1010.20"), 7).splitlines()[1] == f"{said};7"
    assert written(language, 1.5, None).splitlines()[1] == f"{said[:1]}{said[4]}5;"


def test_no_text_becomes_a_formula_and_a_number_below_zero_stays_a_number():
    assert written("fr", "=1+1", "-1").splitlines()[1] == "'=1+1;'-1"
    assert written("fr", Decimal("-19.50"), -2).splitlines()[1] == "-19,50;-2"
