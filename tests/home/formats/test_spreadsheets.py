"""CSV and workbook exports, as spreadsheet programs of offices read them."""

import csv
import io
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils.translation import gettext_lazy, override
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from wagtail.admin.views.mixins import SpreadsheetExportMixin
from wagtail.contrib.forms.models import FormSubmission
from wagtail.models import ModelLogEntry

from home.formats.spreadsheets import FORMULA, harmless, unescape_cell, write_csv_lines
from home.models import FormField
from tests.factories import home as make
from tests.factories.accounts import SuperuserFactory


def written(language: str, *row) -> str:
    with override(language):
        lines = write_csv_lines(["A", gettext_lazy("Day")], [row])
    return "".join(lines)


def test_csv_starts_with_utf8_mark_and_uses_semicolons():
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
def test_csv_numbers_use_decimal_mark_of_country_and_language(settings, country, language, said):
    settings.COUNTRY = country
    assert written(language, Decimal("1010.20"), 7).splitlines()[1] == f"{said};7"
    assert written(language, 1.5, None).splitlines()[1] == f"{said[:1]}{said[4]}5;"


def test_csv_text_is_no_formula_and_negative_number_stays():
    assert written("fr", "=1+1", "-1").splitlines()[1] == "'=1+1;'-1"
    assert written("fr", Decimal("-19.50"), -2).splitlines()[1] == "-19,50;-2"


# -- No export contains formulas ----------------------------------------------------------------------------
FORMULAS = ["=1+1", "+41 21", "-1", "@SUM(A1)", "\t=1", "＝1+1", '=HYPERLINK("https://x.example")']
ROOT = Path(__file__).resolve().parents[3]


@given(st.text(alphabet="'=+-@＝a ", max_size=6))
def test_escaped_cell_is_unescaped_to_its_text(text):
    assert unescape_cell(harmless(text)) == text
    assert not harmless(text).startswith(FORMULA)


@pytest.mark.parametrize("text", FORMULAS)
def test_admin_exports_contain_no_formulas(text):
    """Covers all exports of Wagtail and other libraries, including those of their next versions."""
    views = list(_all_below(SpreadsheetExportMixin))
    assert len(views) > 30, "lists of snippets, users, pages, redirects, reports and form submissions"
    for view in map(_made, views):
        for field in ("any", *view.custom_field_preprocess):
            written = view.preprocess_field_value(field, text, view.FORMAT_CSV)
            assert not str(written).startswith(FORMULA), (type(view), field)
        for value in ([text], Group(name=text)):
            assert not str(view.preprocess_field_value("any", value, "csv")).startswith(FORMULA), type(view)


def _all_below(view) -> set:
    return {view}.union(*map(_all_below, view.__subclasses__()))


def _made(view):
    """Create an instance without a request, which writing cells does not need."""
    made = object.__new__(view)
    for name in ("preprocess_field_value", "get_preprocess_function"):
        assert getattr(view, name) is getattr(SpreadsheetExportMixin, name), (
            f"{view} writes cells its own way"
        )
    return made


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_contact_form_export_contains_no_formulas(client, kind):
    page = make.ContactPageFactory(parent=make.make_site())
    FormField.objects.create(
        page=page, sort_order=1, label="=2+2", field_type="singleline", clean_name="about"
    )
    FormSubmission.objects.create(page=page, form_data={"about": "=1+1"})
    client.force_login(SuperuserFactory())
    answer = client.get(reverse("wagtailforms:list_submissions", args=[page.pk]), {"export": kind})
    content = b"".join(answer.streaming_content)
    rows = (
        list(csv.reader(io.StringIO(content.decode())))
        if kind == "csv"
        else load_workbook(io.BytesIO(content))
    )
    if kind == "csv":
        cells = [cell for row in rows for cell in row]
        assert "'=1+1" in cells
        assert not [cell for cell in cells if cell.startswith(FORMULA)]
    else:
        cells = [cell for row in rows.active.iter_rows() for cell in row]
        assert "=1+1" in [cell.value for cell in cells]
        assert {cell.data_type for cell in cells} <= {"s", "d", "n"}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_site_history_export_contains_no_formulas(client, kind):
    user = SuperuserFactory()
    client.force_login(user)
    ModelLogEntry.objects.log_action(user, "wagtail.edit", title="=1+1")
    answer = client.get(reverse("wagtailadmin_reports:site_history"), {"export": kind})
    content = b"".join(answer.streaming_content)
    if kind == "csv":
        assert "'=1+1" in content.decode()
        assert not re.search(r"(^|,)=", content.decode(), re.M)
    else:
        cells = [cell for row in load_workbook(io.BytesIO(content)).active.iter_rows() for cell in row]
        assert "f" not in {cell.data_type for cell in cells}


# Files that write cells themselves, and why none of the cells is a formula.
WRITERS = {
    "home/formats/spreadsheets.py": "harmless for each cell",
    "eservices/formbuilder/reference_tables/files.py": "harmless for each cell, and unquoted when it is read again",
    "newsletter/subscriber_files/exporter.py": "harmless for each cell of what an import shows again",
    "eservices/connectors/accounting/logic/layout.py": "harmless for texts, in the separator of the layout",
    "eservices/connectors/exchange_formats/csv_format.py": "harmless for texts, unless the layout says exact",
    "home/formats/xlsx.py": "texts are inline strings",
}


def test_only_listed_modules_write_tables():
    writes = re.compile(r"csv\.(writer|DictWriter)\(|\bWorkbook\(|<sheetData")
    found = {
        path.relative_to(ROOT).as_posix()
        for place in ("eservices", "home", "mysite", "news", "newsletter")
        for path in (ROOT / place).rglob("*.py")
        if writes.search(path.read_text())
    }
    assert found == set(WRITERS)
