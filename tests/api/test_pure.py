"""Rules of the API that need no database."""

import pytest

from eservices.api.authentication import is_allowed_address
from eservices.api.logic.answers_schema import answers_schema
from eservices.api.protocol.cursors import read_cursor, write_cursor
from eservices.api.protocol.problems import Problem
from eservices.formbuilder.definition import FormDefinition
from tests.factories.submissions import certificate


@pytest.mark.parametrize(
    ("networks", "address", "allowed"),
    [
        ([], "203.0.113.9", True),
        (["203.0.113.0/24"], "203.0.113.9", True),
        (["203.0.113.0/24"], "203.0.114.9", False),
        (["203.0.113.0/24"], "", False),
        (["203.0.113.0/24"], "2001:db8:1:2::/64", False),
        (["2001:db8:1::/48"], "2001:db8:1:2::/64", True),
        (["2001:db8:1:2::7/128"], "2001:db8:1:2::/64", True),
        (["2001:db8:1:3::7/128"], "2001:db8:1:2::/64", False),
    ],
)
def test_token_opens_only_from_its_networks(networks, address, allowed):
    assert is_allowed_address(networks, address) is allowed


def test_cursor_returns_the_place_it_was_made_of():
    assert read_cursor("cases", 1, write_cursor("cases", 1, ["2026", 3])) == ["2026", 3]


@pytest.mark.parametrize(
    ("kind", "token", "change"),
    [
        ("changes", 1, lambda one: one),
        ("cases", 2, lambda one: one),
        ("cases", 1, lambda one: one[:-1]),
        ("cases", 1, lambda one: "x" * 10_000),
        ("cases", 1, lambda one: "\N{SNOWMAN}"),
    ],
)
def test_forged_or_foreign_cursor_is_refused(kind, token, change):
    with pytest.raises(Problem) as refused:
        read_cursor(kind, token, change(write_cursor("cases", 1, [1])))
    assert refused.value.status == 400


def test_schema_describes_answers_as_stored():
    schema = answers_schema(FormDefinition(certificate()), "https://x.example/", "fr")
    assert schema["properties"]["pour"]["enum"]
    assert schema["properties"]["naissance"]["format"] == "date"
    assert {"nom", "prenom"} <= set(schema["properties"])
    assert all(key in schema["properties"] for key in schema["required"])
