"""The measurement of the queue still fills its database, and everything it asks for is there."""

import pytest
from django.db import connection

from tests.benchmarks import many_cases
from tests.benchmarks.queue import requests_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL"),
]


def test_a_small_form_of_the_measurement_finds_what_it_asks_for(client):
    known = many_cases.known(many_cases.fill(400))
    client.cookies["sessionid"] = known["session"]
    answers = {
        name: getattr(client, method.lower())(path) for name, (method, path) in requests_of(known).items()
    }
    assert {name: one.status_code for name, one in answers.items()} == {
        "first page": 200,
        "filter": 200,
        "search": 200,
        "next case": 302,
        "case screen": 200,
    }
    assert known["found"] >= 1
    assert known["reference"] in answers["search"].text
    assert "/admin/cases/ORV-" in answers["next case"].url
