"""Report of usage for editors: figures from ten, files, and who reads it."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from eservices.usage import report_figures
from eservices.usage.models import AbandonedForms, PageVisits, RequestRating
from home.models import ContentPage
from tests.factories.accounts import UserFactory
from tests.factories.home import ContentPageFactory, make_site
from tests.factories.submissions import FormVersionFactory

pytestmark = pytest.mark.django_db
REPORT = reverse("usage_desk:index")


@pytest.fixture(scope="module")
def made(module_db):
    page = ContentPageFactory(parent=make_site(), title="Le port")
    today = timezone.localdate()
    for days, language, number in ((0, "fr", 7), (0, "de", 2), (20, "fr", 4), (60, "fr", 100)):
        PageVisits.objects.create(
            page=page.page_ptr, day=today - timedelta(days=days), language=language, number=number
        )
    return page


@pytest.fixture
def page(made, db):
    return ContentPage.objects.get(pk=made.pk)


@pytest.fixture
def editor(client, db):
    client.force_login(UserFactory(is_staff=True, roles=["editors"]))
    return client


def left(form, **steps: int) -> None:
    for step, number in steps.items():
        AbandonedForms.objects.create(
            form=form, day=timezone.localdate(), step=step.strip("_"), number=number
        )


def rated(form, *ratings: int) -> None:
    RequestRating.objects.bulk_create(
        RequestRating(form=form, rating=one, text=f"Texte {one}") for one in ratings
    )


def test_visits_are_summed_by_page_language_and_week(page):
    today = timezone.localdate()
    month = report_figures.visits_by_page(today - timedelta(days=29))
    assert [(one.page.title, one.language, one.visits) for one in month] == [
        ("Le port", "fr", 11),
        ("Le port", "de", 2),
    ]
    days = report_figures.visits_by_span(today - timedelta(days=29), today)
    assert (len(days), days[-1].visits, days[9].visits) == (30, 9, 4)
    weeks = report_figures.visits_by_span(today - timedelta(days=89), today)
    assert (len(weeks), sum(one.visits for one in weeks)) == (13, 113)


def test_steps_are_shown_from_ten_in_order_of_the_form():
    form = FormVersionFactory().form
    left(form, contact=12, identite=10, qui=9, gone=40, _=11)
    [service] = report_figures.figures_by_service(timezone.localdate(), "fr")
    assert service.left == [("Votre identité", 10), ("Contact", 12), ("", 11)]
    assert service.sent is None


def test_ratings_and_texts_are_shown_from_ten():
    form = FormVersionFactory().form
    rated(form, *[3] * 6, *[1] * 3)
    assert report_figures.figures_by_service(timezone.localdate(), "fr") == []
    rated(form, 2)
    [service] = report_figures.figures_by_service(timezone.localdate(), "fr")
    found = service.ratings
    assert (found.yes, found.partly, found.no, found.yes_percent, len(found.texts)) == (6, 1, 3, 60, 10)


def test_editor_reads_report_with_chart_and_tables(editor, page, django_assert_max_num_queries):
    form = FormVersionFactory().form
    left(form, identite=10)
    rated(form, *[3] * 10)
    with django_assert_max_num_queries(40):
        text = editor.get(REPORT).text
    assert "13 visites" in text
    assert "Votre identité" in text
    assert "Texte 3" in text
    assert "113 visites" in editor.get(f"{REPORT}?days=90").text
    assert "13 visites" in editor.get(f"{REPORT}?days=1000000").text


def test_tables_are_exported_as_csv_and_xlsx(editor, page):
    page.title = "=1+1"
    page.save()
    response = editor.get(reverse("usage_desk:export", args=["visits", "csv"]))
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[1].startswith("'=1+1;")
    assert lines[1].endswith(";fr;11")
    left(FormVersionFactory().form, identite=10, _=15)
    content = b"".join(editor.get(reverse("usage_desk:export", args=["steps", "xlsx"])).streaming_content)
    rows = list(load_workbook(BytesIO(content)).worksheets[0].values)[1:]
    assert rows == [
        ("Attestation de domicile", "Votre identité", 10),
        ("Attestation de domicile", "Avant l’envoi", 15),
    ]
    assert b"".join(editor.get(reverse("usage_desk:export", args=["services", "csv"])).streaming_content)
    for name in ("x.csv", "visits.pdf"):
        assert editor.get(f"{REPORT}{name}").status_code == 404


def test_agents_do_not_read_the_report(client, db):
    client.force_login(UserFactory(is_staff=True, roles=["agents"]))
    assert client.get(REPORT).status_code == 404
    assert client.get(reverse("usage_desk:export", args=["visits", "csv"])).status_code == 404
