"""Answers of the API without a token."""

import pytest

from eservices.formbuilder.models import Form
from tests.factories.catalogue import make_counter, make_service
from tests.factories.home import CommuneSettingsFactory, make_site
from tests.factories.news import (
    EventIndexPageFactory,
    EventPageFactory,
    NewsCategoryFactory,
    NewsIndexPageFactory,
    NewsPageFactory,
)

pytestmark = pytest.mark.django_db
LISTS = ["services", "news", "events", "notices", "waste", "opening-hours"]


@pytest.fixture
def home(db):
    CommuneSettingsFactory()
    return make_site()


@pytest.mark.parametrize("name", LISTS)
def test_list_is_open_to_everybody_and_tagged(client, home, name):
    answer = client.get(f"/api/v1/{name}")
    assert answer.status_code == 200
    assert client.get(f"/api/v1/{name}", headers={"If-None-Match": answer["ETag"]}).status_code == 304


def test_service_is_listed_with_its_schema(client, home):
    service = make_service(make_counter(home))
    [row] = client.get("/api/v1/services").json()["services"]
    form = Form.objects.get(pk=service.translation_key)
    assert row["service"] == form.slug
    schema = client.get(f"/api/v1/services/{form.slug}/schema").json()
    assert schema["type"] == "object"
    service.unpublish()
    assert client.get(f"/api/v1/services/{form.slug}/schema").status_code == 404
    assert client.get("/api/v1/services").json()["services"] == []


def test_lists_need_the_same_queries_for_many(client, home, django_assert_max_num_queries):
    news, agenda = NewsIndexPageFactory(parent=home), EventIndexPageFactory(parent=home)
    category = NewsCategoryFactory()
    for number in range(5):
        NewsPageFactory(parent=news, category=category, slug=f"n{number}")
        EventPageFactory(parent=agenda, slug=f"e{number}")
    for name in ("news", "events"):
        client.get(f"/api/v1/{name}")
        with django_assert_max_num_queries(4):
            rows = client.get(f"/api/v1/{name}").json()["items"]
        assert len(rows) == 5


def test_documentation_shows_every_endpoint_without_scripts(client, home):
    page = client.get("/api/v1/")
    assert page.status_code == 200
    schema = client.get("/api/v1/openapi.json").json()
    assert schema["openapi"].startswith("3.1")
    assert all(path in page.text for path in schema["paths"])
    assert "unsafe-inline" not in page["Content-Security-Policy"]
