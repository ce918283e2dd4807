"""Access of applicant, other residents, staff and anonymous visitors to every URL of a case and of the account.

A new URL that is not in these tables fails the tests: declare here who has access.
"""

import pytest
from django.urls import reverse

from eservices.cases.models import Case
from tests.factories.accounts import UserFactory
from tests.factories.cases import CaseFactory, member
from tests.factories.whole_case import (
    BOOKING,
    DOCUMENT,
    FILE,
    LINK,
    REF,
    RULING,
    SECRET,
    parts_of,
    whole_case,
)
from tests.support.address_rows import both, came_in, get, post, refused, registered, reveals_nothing

pytestmark = pytest.mark.django_db
SIGN_IN = reverse("account_login")


def of_case(door: str, key: str) -> list:
    """Return the URLs of a case and of its documents, files and bookings."""
    return [
        get(f"space:{door}", key),
        get(f"space:{door}_progress", key),
        post(f"space:{door}_answer", key),
        *both(f"space:{door}_call", key),
        post(f"space:{door}_confirm", key),
        post(f"space:{door}_renew", key),
        post(f"space:{door}_sms", key),
        post(f"space:{door}_consent", key),
        *both(f"space:{door}_rating", key),
        *of_its_resources(door, key),
        *both(f"space:{door}_withdraw", key),
    ]


def of_its_resources(door: str, key: str) -> list:
    return [
        get(f"space:{door}_file", key, FILE),
        get(f"space:{door}_calendar", key),
        get(f"space:{door}_document", key, DOCUMENT),
        *both(f"space:{door}_share", key, DOCUMENT),
        post(f"space:{door}_unshare", key, DOCUMENT, LINK),
        post(f"space:{door}_decision", key, RULING),
        *both(f"space:{door}_move", key, BOOKING),
        *both(f"space:{door}_cancel", key, BOOKING),
    ]


BY_LINK, SIGNED_IN = ("status", SECRET), ("case", REF)
OWN = [
    get("space:home"),
    get("space:export"),
    get("space:identity"),
    post("space:ask_for_code"),
    post("space:type_code"),
    post("space:remove_provider"),
    post("space:pay"),
    *both("space:profile"),
    *both("space:join"),
    *both("space:erase"),
]


PHOTOS = [get("space:status_photo", SECRET), get("space:case_photo", REF)]  # tests/reports reads them
LOST = [
    get("space:lost_link"),
    post("space:claim"),
    get("space:unknown_link", "x"),
]  # test_lost_links.py opens them
OWN_FILES = [get("space:export_pdf")]  # test_data_as_pdf.py reads it


@pytest.fixture(scope="module")
def made(module_db) -> Case:
    return whole_case(UserFactory())


@pytest.fixture
def case(made, db) -> Case:
    """Return a case with one related object of each kind, sent by a signed-in applicant."""
    return Case.objects.get(pk=made.pk)


def test_every_url_of_the_space_is_in_a_table():
    found = {name for name in registered("") if name.startswith("space:")}
    known = (*of_case(*BY_LINK), *of_case(*SIGNED_IN), *OWN, *OWN_FILES, *PHOTOS, *LOST)
    assert found == {address.name for address in known}


@pytest.mark.parametrize("door", [BY_LINK, SIGNED_IN], ids=["link", "space"])
def test_applicant_has_access_to_every_url(client, case, door):
    if door == SIGNED_IN:
        client.force_login(case.submission.user)
        assert case.reference in client.get(reverse("space:home")).text
        came_in(client, [*OWN, *OWN_FILES], parts_of(case))
    came_in(client, of_case(*door), parts_of(case))


def test_other_resident_and_agent_find_nothing_of_the_case(client, case):
    for somebody in (UserFactory(), member()):
        client.force_login(somebody)
        refused(client, of_case(*SIGNED_IN), parts_of(case))
        reveals_nothing(client, OWN, parts_of(case), case.reference, "Élodie")


def test_anonymous_visitor_is_redirected_to_sign_in(client, case):
    refused(client, [*of_case(*SIGNED_IN), *OWN, *OWN_FILES], parts_of(case), to=SIGN_IN)


def test_unknown_status_link_gives_no_access(client, case):
    refused(client, [*of_case(*BY_LINK), PHOTOS[0]], parts_of(case) | {SECRET: "x" * 22})


@pytest.mark.parametrize("door", [BY_LINK, SIGNED_IN], ids=["link", "space"])
def test_own_case_gives_no_access_to_parts_of_another(client, case, door):
    own = CaseFactory(user=UserFactory())
    client.force_login(own.submission.user)
    parts = parts_of(case) | {SECRET: own.links.first().secret, REF: own.reference}
    came_in(client, [get(f"space:{door[0]}", door[1])], parts)
    refused(client, of_its_resources(*door), parts)
