"""Every address of a case's own pages and of the own space, as its applicant, another resident, staff and anonymous.

A new address that is not in these tables fails the tests: say here whose it is.
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
from tests.support.address_rows import both, came_in, get, post, refused, registered, tells_nothing

pytestmark = pytest.mark.django_db
SIGN_IN = reverse("account_login")


def of_case(door: str, key: str) -> list:
    """The pages of a case, and of what hangs on it."""
    return [
        get(f"space:{door}", key),
        post(f"space:{door}_answer", key),
        *both(f"space:{door}_call", key),
        post(f"space:{door}_confirm", key),
        post(f"space:{door}_renew", key),
        post(f"space:{door}_sms", key),
        post(f"space:{door}_consent", key),
        *of_its_things(door, key),
        *both(f"space:{door}_withdraw", key),
    ]


def of_its_things(door: str, key: str) -> list:
    return [
        get(f"space:{door}_file", key, FILE),
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


@pytest.fixture(scope="module")
def made(module_db) -> Case:
    return whole_case(UserFactory())


@pytest.fixture
def case(made, db) -> Case:
    """A case with one of everything, sent by somebody who signed in."""
    return Case.objects.get(pk=made.pk)


def test_every_address_of_the_space_stands_in_a_table():
    found = {name for name in registered("") if name.startswith("space:")}
    assert found == {address.name for address in (*of_case(*BY_LINK), *of_case(*SIGNED_IN), *OWN)}


@pytest.mark.parametrize("door", [BY_LINK, SIGNED_IN], ids=["link", "space"])
def test_the_applicant_comes_in_everywhere(client, case, door):
    if door == SIGNED_IN:
        client.force_login(case.submission.user)
        assert case.reference in client.get(reverse("space:home")).text
        came_in(client, OWN, parts_of(case))
    came_in(client, of_case(*door), parts_of(case))


def test_another_resident_and_who_treats_the_case_find_nothing_of_it_among_their_own(client, case):
    for somebody in (UserFactory(), member()):
        client.force_login(somebody)
        refused(client, of_case(*SIGNED_IN), parts_of(case))
        tells_nothing(client, OWN, parts_of(case), case.reference, "Élodie")


def test_who_is_not_signed_in_is_asked_to(client, case):
    refused(client, [*of_case(*SIGNED_IN), *OWN], parts_of(case), to=SIGN_IN)


def test_a_made_up_link_opens_nothing(client, case):
    refused(client, of_case(*BY_LINK), parts_of(case) | {SECRET: "x" * 22})


@pytest.mark.parametrize("door", [BY_LINK, SIGNED_IN], ids=["link", "space"])
def test_by_the_own_case_nobody_reaches_what_hangs_on_another(client, case, door):
    own = CaseFactory(user=UserFactory())
    client.force_login(own.submission.user)
    parts = parts_of(case) | {SECRET: own.links.first().secret, REF: own.reference}
    came_in(client, [get(f"space:{door[0]}", door[1])], parts)
    refused(client, of_its_things(*door), parts)
